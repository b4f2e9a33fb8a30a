using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Organizations;

/// <summary>
/// How many mails somebody may still cause, or an address may still get: so many at once, evenly refilled (GCRA: one instant, so that
/// nothing has to be counted or reset). It is kept under a hash, so that what is written tells nobody's address.
/// </summary>
/// <param name="Id">The hash of whom it belongs to.</param>
/// <param name="FullAt">Real time at which all of them may be had again.</param>
public sealed record MailAllowance(MailAllowanceId Id, Instant FullAt)
{
    /// <summary>The allowance of an address that mails go to, a sender, an organization, or a network that requests come from.</summary>
    /// <param name="kind">Which of these it is.</param>
    /// <param name="whose">Whose it is.</param>
    public static MailAllowanceId Of(string kind, string whose) => PublicId.Derive<MailAllowanceId>(kind, whose);

    /// <summary>Takes one mail of it; where none is left nothing happens.</summary>
    public static Decision<MailAllowanceFact> Decide(MailAllowance? state, TakeMail command)
    {
        var until = From(state, command) + command.Window / command.Most;
        return until - command.RealNow > command.Window ? Decision<MailAllowanceFact>.Nothing : new MailTaken(command.Id, until);
    }

    /// <summary>The allowance after a fact.</summary>
    public static MailAllowance Evolve(MailAllowance? state, MailAllowanceFact fact) => fact switch
    {
        MailTaken it => new(it.Id, it.FullAt),
        _ => throw new InvalidOperationException($"{fact.GetType().Name} cannot happen to {(object?)state?.Id ?? "no allowance"}."),
    };

    /// <summary>For how long all of it is not to be had, at real time <paramref name="realNow"/>.</summary>
    public Duration UntilFull(Instant realNow) => Duration.Max(FullAt - realNow, Duration.Zero);

    // A clock that was set back must not keep anybody from mailing for longer than a window.
    private static Instant From(MailAllowance? state, TakeMail command) => state is null
        ? command.RealNow
        : Instant.Min(Instant.Max(state.FullAt, command.RealNow), command.RealNow + command.Window);
}

/// <summary>Takes one mail of an allowance.</summary>
/// <param name="Id">The allowance.</param>
/// <param name="Most">Mails that may be had at once, and in every window; 1 or more.</param>
/// <param name="Window">The time in which as many are refilled.</param>
/// <param name="RealNow">Real time.</param>
public sealed record TakeMail(MailAllowanceId Id, int Most, Duration Window, Instant RealNow);

/// <summary>What can happen to an allowance.</summary>
public abstract record MailAllowanceFact;

/// <summary>One mail was taken of it.</summary>
public sealed record MailTaken(MailAllowanceId Id, Instant FullAt) : MailAllowanceFact;
