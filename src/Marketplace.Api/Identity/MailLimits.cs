using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Marketplace.Api.Identity;

/// <summary>
/// Bounds the mails that somebody can have sent to others: by where they are asked for, by who asks, by the organization that invites, and
/// by the address they go to. The counts are kept, and are one for all processes: a mail cannot be taken back.
/// </summary>
internal sealed class MailLimits(IGrainFactory grains, TimeProvider time, IOptions<ApiOptions> options)
{
    /// <summary>Takes one mail of every allowance that it counts against, whether or not one is sent in the end.</summary>
    /// <exception cref="ProblemException">One of them is used up.</exception>
    public async Task TakeAsync(ApiRequest request, string to, OrganizationId? invitedBy = null)
    {
        var limits = options.Value;
        await TakeAsync(request, "network", ClientAddress.NetworkOf(request.Http), limits.MailsPerDayPerAddress, Duration.FromDays(1), "mails a day asked for from one network address");
        if ((request.OptionalSignedIn?.User.Id.Value ?? request.OptionalCaller?.Actor) is { } sender)
        {
            await TakeAsync(request, "sender", sender, limits.MailsPerDayPerSender, Duration.FromDays(1), "mails a day asked for by one person or API key");
        }

        if (invitedBy is { } organization)
        {
            await TakeAsync(request, "organization", organization.Value, limits.MailsPerDayPerOrganization, Duration.FromDays(1), "invitations a day of one organization");
        }

        await TakeAsync(request, "to", IdentifierClaim.OfEmail(to).Value, limits.MailsPerHourPerAccount, Duration.FromHours(1), "mails an hour to one address");
    }

    private async Task TakeAsync(ApiRequest request, string kind, string whose, int limitSet, Duration window, string of)
    {
        var (limit, id) = (Math.Max(1, limitSet), MailAllowance.Of(kind, whose));
        var turn = await grains.Of<IMailAllowanceGrain>(id.Value).TakeAsync(new TakeMail(id, limit, window, Instant.FromDateTimeOffset(time.GetUtcNow())));
        var interval = window / limit;
        Gate.Limit(request.Http, new RateLimit(
            turn.IsGranted,
            limit,
            turn.IsGranted ? (int)((window - turn.UntilFull) / interval) : 0,
            Seconds(turn.UntilFull),
            turn.IsGranted ? 0 : Math.Max(1, Seconds(turn.UntilFull + interval - window)),
            (int)window.TotalSeconds,
            of));
    }

    private static int Seconds(Duration duration) => (int)Math.Ceiling(duration.TotalSeconds);
}
