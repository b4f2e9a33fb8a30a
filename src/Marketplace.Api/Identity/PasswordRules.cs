using Microsoft.AspNetCore.Identity;

namespace Marketplace.Api.Identity;

/// <summary>Refuses passwords that whoever knows the person tries first. Length does the rest: see <see cref="IdentityServices"/>.</summary>
internal sealed class PasswordRules : IPasswordValidator<MarketUser>
{
    private const int ShortestPart = 4;
    private const int LongestPassword = 256;

    public Task<IdentityResult> ValidateAsync(UserManager<MarketUser> manager, MarketUser user, string? password)
    {
        var parts = user.Account.Email.Split('@', '.', '-', '_', '+').Concat(user.Account.Name.Split(' ')).Where(part => part.Length >= ShortestPart);
        var isBad = password is null || password.Length > LongestPassword || parts.Any(part => password.Contains(part, StringComparison.OrdinalIgnoreCase));
        return Task.FromResult(isBad ? IdentityResult.Failed(new IdentityError { Code = "PasswordHoldsName", Description = "It holds the person's name or address." }) : IdentityResult.Success);
    }
}
