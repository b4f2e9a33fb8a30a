using System.Text.Json;
using Spectre.Console;

namespace Marketplace.Agent.Screens;

/// <summary>
/// Where the agent speaks: results on standard output, as a page for people or as one JSON document for scripts; progress and
/// remarks on standard error, so that a result can be piped.
/// </summary>
internal sealed class Screen
{
    private const int WidthOfFiles = 160;

    private readonly TextWriter _output;
    private readonly TextWriter _errors;
    private readonly bool _isTerminal;
    private readonly IAnsiConsole _people;
    private readonly IAnsiConsole _side;

    /// <summary>A screen over two streams.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="errors">Standard error.</param>
    /// <param name="isTerminal">Whether a person looks on: colours, and progress that moves.</param>
    /// <param name="isJson">Whether results are JSON.</param>
    public Screen(TextWriter output, TextWriter errors, bool isTerminal, bool isJson)
    {
        (_output, _errors, _isTerminal, IsJson) = (output, errors, isTerminal, isJson);
        _people = Console(output);
        _side = Console(errors);
    }

    /// <summary>Whether results are JSON.</summary>
    public bool IsJson { get; }

    /// <summary>Shows what a command came to.</summary>
    /// <param name="value">The document for scripts.</param>
    /// <param name="show">Writes the page for people.</param>
    public void Result<T>(T value, Action<IAnsiConsole> show)
    {
        if (IsJson)
        {
            _output.WriteLine(JsonSerializer.Serialize(value, AgentJson.Page));
        }
        else
        {
            show(_people);
        }
    }

    /// <summary>Says something beside the result.</summary>
    public void Remark(string text) => _side.WriteLine(text);

    /// <summary>Shows why a command ends without a result.</summary>
    public void Failure(AgentException failure)
    {
        if (IsJson)
        {
            _errors.WriteLine(JsonSerializer.Serialize(new { Error = new { failure.Code, ExitCode = (int)failure.Code, failure.Message } }, AgentJson.Line));
        }
        else
        {
            _side.Write(new Text(failure.Message, new Style(Color.Red)));
            _side.WriteLine();
        }
    }

    /// <summary>Does long work and shows how it goes: bars for a person who looks on, a line a step otherwise.</summary>
    public async Task<T> ProgressAsync<T>(Func<IProgressBoard, Task<T>> work)
    {
        if (!_isTerminal || IsJson)
        {
            return await work(new PlainBoard(_errors)).ConfigureAwait(false);
        }

        return await _side.Progress().AutoClear(true).HideCompleted(false)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new ElapsedTimeColumn())
            .StartAsync(context => work(new BarBoard(context))).ConfigureAwait(false);
    }

    private IAnsiConsole Console(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = _isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = InteractionSupport.No,
        });
        if (!_isTerminal)
        {
            // A file has no width of its own.
            console.Profile.Width = WidthOfFiles;
        }

        return console;
    }
}
