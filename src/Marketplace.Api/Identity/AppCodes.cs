using System.Globalization;
using Marketplace.Domain.Organizations;
using Microsoft.AspNetCore.Identity;
using NodaTime;

namespace Marketplace.Api.Identity;

/// <summary>Codes of the authenticator app, each good once (RFC 6238, section 5.2): whoever looked over a shoulder comes too late.</summary>
internal sealed class AppCodes(TimeProvider time) : AuthenticatorTokenProvider<MarketUser>
{
    // Identity takes codes of two steps of 30 s before and after the present one, so that none counts for longer than 2.5 minutes.
    private static readonly Duration Remembered = Duration.FromMinutes(5);

    public override async Task<bool> ValidateAsync(string purpose, string token, UserManager<MarketUser> manager, MarketUser user)
    {
        if (!await base.ValidateAsync(purpose, token, manager, user))
        {
            return false;
        }

        // The number is what counts: spaces and leading zeros make no other code.
        var hash = UserStore.HashOf(user, int.Parse(token, CultureInfo.CurrentCulture).ToString("D6", CultureInfo.InvariantCulture));
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        var spent = (user.Account.SpentCodes ?? []).RemoveAll(code => code.At < now - Remembered);
        if (spent.Any(code => code.Hash == hash))
        {
            return false;
        }

        // Of two requests at once with the same code one finds the account changed.
        user.Account = user.Account with { SpentCodes = spent.Add(new SpentCode(hash, now)) };
        return (await manager.UpdateAsync(user)).Succeeded;
    }
}
