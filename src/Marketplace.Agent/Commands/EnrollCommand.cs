using System.CommandLine;
using Marketplace.Agent.Keys;
using Marketplace.Agent.Market;
using Marketplace.Domain.Verification;
using Spectre.Console;

namespace Marketplace.Agent.Commands;

/// <summary><c>enroll</c>: introduces the node with a one-time token, or changes its key.</summary>
internal static class EnrollCommand
{
    public static Command New(AgentEnvironment environment)
    {
        var market = new Option<string?>("--market") { Description = "Root of the marketplace's API, such as https://market.example/.", HelpName = "url" };
        var token = new Option<string?>("--token") { Description = "The one-time token that the node's operator was given for it (enr_…).", HelpName = "token" };
        var rotate = new Option<bool>("--rotate") { Description = "Take a new key; the old one signs it over and is gone then." };
        var command = new Command("enroll", "Introduce this node to a marketplace, once, or change its key.") { market, token, rotate };
        command.Validators.Add(result =>
        {
            var rotates = result.GetValue(rotate);
            if (rotates == (result.GetValue(token) is not null))
            {
                result.AddError("Name --market and --token to enrol, or --rotate alone to change the key.");
            }
            else if (!rotates && Root(result.GetValue(market)) is null)
            {
                result.AddError("--market is an address such as https://market.example/.");
            }
        });
        command.Does(environment, (context, parsed, cancellation) => parsed.GetValue(rotate)
            ? RotateAsync(context, cancellation)
            : EnrolAsync(context, Root(parsed.GetValue(market))!, parsed.GetValue(token)!, cancellation));
        return command;
    }

    /// <summary>The root of an API, with a slash at its end; null where the text is none.</summary>
    private static Uri? Root(string? text) => Uri.TryCreate(text?.TrimEnd('/') + "/", UriKind.Absolute, out var root) && (root.Scheme is "http" or "https") ? root : null;

    private static async Task<ExitCode> EnrolAsync(AgentContext context, Uri market, string token, CancellationToken cancellation)
    {
        using var held = context.Folder.Lock();
        var node = EnrolmentTokenText.Parse(token)?.Node ?? throw new AgentException(ExitCode.Usage, "This is no enrolment token: one begins with enr_ and is copied whole.");
        using var key = SigningKey.LoadOrMake(context.Folder);
        var message = new NodeVoice(context.Folder, key, context.Environment.Time)
            .Sign(PayloadTypes.Enrolment, new NodeEnrolment(token, Convert.ToBase64String(key.PublicKey), AgentVersion.Text));
        var enrolled = await context.Environment.MarketAt(market).EnrolAsync(message, cancellation).ConfigureAwait(false);
        new Enrolment(market, node, context.Environment.Time.GetUtcNow()).Save(context.Folder);
        context.Screen.Result(enrolled, console =>
        {
            console.WriteLine($"This is node {enrolled.Node} of pool {enrolled.Pool}: {enrolled.GpusPerNode} GPUs, {enrolled.Sku}.");
            console.WriteLine("Next: marketplace-agent benchmark, and marketplace-agent run as a service.");
        });
        return ExitCode.Done;
    }

    private static async Task<ExitCode> RotateAsync(AgentContext context, CancellationToken cancellation)
    {
        using var held = context.Folder.Lock();
        using var quiet = context.Folder.LockChallenges();
        var enrolment = Enrolment.Require(context.Folder);
        using var key = NodeVoice.RequireKey(context.Folder);
        using var next = SigningKey.LoadOrMakeNext(context.Folder);
        var voice = new NodeVoice(context.Folder, key, context.Environment.Time);
        var id = SignedMessage.KeyIdOf(next.PublicKey);
        var market = context.Environment.MarketAt(enrolment.Market);
        try
        {
            await market.RotateAsync(enrolment.NodeId, voice.Sign(PayloadTypes.KeyRotation, new KeyRotation(enrolment.NodeId, voice.NextSequence(), Convert.ToBase64String(next.PublicKey)), next), cancellation).ConfigureAwait(false);
        }
        catch (AgentException refused) when (refused.Code == ExitCode.Refused)
        {
            // The answer of an earlier attempt may have been lost after it counted: then the new key speaks for the node.
            await ProveAsync(market, enrolment, next, context, refused, cancellation).ConfigureAwait(false);
        }

        SigningKey.Advance(context.Folder);
        context.Screen.Result(new { NodeId = enrolment.NodeId.Value, KeyId = id }, console => console.WriteLine($"Node {enrolment.NodeId} has the key {id} now."));
        return ExitCode.Done;
    }

    private static async Task ProveAsync(INodeMarket market, Enrolment enrolment, SigningKey next, AgentContext context, AgentException refused, CancellationToken cancellation)
    {
        try
        {
            var beat = new Heartbeats.HeartbeatBuffer(context.Folder).Add(sequence => new Heartbeat(sequence, Benchmarks.BenchmarkReports.Now(context.Environment.Time)));
            var boot = Heartbeats.HeartbeatSampler.BootId(context.Environment.Machine);
            await market.BeatAsync(enrolment.NodeId, new NodeVoice(context.Folder, next, context.Environment.Time).Sign(PayloadTypes.Heartbeats, new Domain.Verification.Heartbeats(enrolment.NodeId, boot, [beat])), cancellation).ConfigureAwait(false);
        }
        catch (AgentException)
        {
            throw refused;
        }
    }
}
