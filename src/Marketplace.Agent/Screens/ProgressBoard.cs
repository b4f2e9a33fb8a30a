using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Marketplace.Agent.Screens;

/// <summary>Steps of long work.</summary>
internal interface IProgressBoard
{
    /// <summary>Begins a step.</summary>
    IProgressStep Begin(string name);
}

/// <summary>One step, that ends when disposed.</summary>
internal interface IProgressStep : IProgress<double>, IDisposable
{
    /// <summary>Shows what is going on, such as the last line a tool printed.</summary>
    void Say(string text);
}

/// <summary>Bars that move.</summary>
internal sealed class BarBoard(ProgressContext context) : IProgressBoard
{
    private const int Longest = 60;

    /// <inheritdoc/>
    public IProgressStep Begin(string name) => new Bar(name, context.AddTask(Markup.Escape(name)).IsIndeterminate());

    private sealed class Bar(string name, ProgressTask task) : IProgressStep
    {
        public void Report(double value)
        {
            task.IsIndeterminate = false;
            task.Value = 100 * value;
        }

        public void Say(string text) => task.Description = Markup.Escape($"{name}: {(text.Length <= Longest ? text : text[..Longest] + "…")}");

        public void Dispose()
        {
            task.Description = Markup.Escape(name);
            Report(1);
            task.StopTask();
        }
    }
}

/// <summary>A line when a step begins and one when it ends, for logs.</summary>
internal sealed class PlainBoard(TextWriter writer) : IProgressBoard
{
    /// <inheritdoc/>
    public IProgressStep Begin(string name)
    {
        writer.WriteLine($"{name} …");
        return new Step(writer, name);
    }

    private sealed class Step(TextWriter writer, string name) : IProgressStep
    {
        private readonly long _from = Stopwatch.GetTimestamp();

        public void Report(double value)
        {
        }

        public void Say(string text)
        {
        }

        public void Dispose() => writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {Stopwatch.GetElapsedTime(_from).TotalSeconds:0.0} s"));
    }
}
