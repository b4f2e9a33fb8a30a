using Marketplace.Api.Http;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Marketplace.Api.Identity;

/// <summary>ASP.NET Core Identity's manager of people, which here counts failed attempts in one step, so that parallel ones all count.</summary>
internal sealed class Accounts(
    UserStore store,
    IOptions<IdentityOptions> options,
    IPasswordHasher<MarketUser> hasher,
    IEnumerable<IUserValidator<MarketUser>> userValidators,
    IEnumerable<IPasswordValidator<MarketUser>> passwordValidators,
    ILookupNormalizer normalizer,
    IdentityErrorDescriber errors,
    IServiceProvider services,
    ILogger<UserManager<MarketUser>> log,
    IGrainFactory grains,
    TimeProvider time,
    IHttpContextAccessor http)
    : UserManager<MarketUser>(store, options, hasher, userValidators, passwordValidators, normalizer, errors, services, log)
{
    /// <summary>An address alone: with what else mail programs read in one, such as a name before <c>&lt;…&gt;</c>, it would be another spelling of somebody's.</summary>
    public const string EmailPattern = @"^[^@\s<>()\[\],;:\\""]+@[^@\s<>()\[\],;:\\""]+$";

    public override async Task<IdentityResult> AccessFailedAsync(MarketUser user)
    {
        var address = http.HttpContext is { } context ? ClientAddress.Of(context) : null;
        var answer = await grains.Of<IUserGrain>(user.Id.Value).FailSignInAsync(new FailSignIn(
            Options.Lockout.MaxFailedAccessAttempts, Duration.FromTimeSpan(Options.Lockout.DefaultLockoutTimeSpan), address, Instant.FromDateTimeOffset(time.GetUtcNow())));
        user.Take(answer.IsGranted ? answer.Value.State : throw new ProblemException(Problem.Of(answer.Refusal)));
        return IdentityResult.Success;
    }

    /// <summary>Who takes failed attempts at an address that nobody has, as its owner would; nothing opens it.</summary>
    public async Task<MarketUser> StandInAsync(string email)
    {
        var id = User.StandInFor(email);
        if (await FindByIdAsync(id.Value) is { } found)
        {
            return found;
        }

        var nobody = MarketUser.New("nobody@invalid", "Nobody").Account;
        await grains.Of<IUserGrain>(id.Value).RegisterAsync(new RegisterUser(id, nobody, Instant.FromDateTimeOffset(time.GetUtcNow())));
        return (await FindByIdAsync(id.Value))!;
    }

    /// <summary>Makes ready to register somebody without looking whether the address is taken. Ends the request where the password will not do.</summary>
    public async Task<AskedRegistration> PrepareAsync(MarketUser user, string password)
    {
        foreach (var validator in PasswordValidators)
        {
            SignInEndpoints.Check(await validator.ValidateAsync(this, user, password));
        }

        return new AskedRegistration(user.Account.Name, PasswordHasher.HashPassword(user, password), GenerateNewAuthenticatorKey(), user.Account.Language);
    }

    /// <summary>Registers somebody, unless the address has an account; repeated, it changes nothing.</summary>
    public async Task RegisterAskedAsync(string email, AskedRegistration asked)
    {
        var user = MarketUser.New(email, asked.Name, language: asked.Language);
        user.Account = user.Account with { PasswordHash = asked.PasswordHash, SecurityStamp = asked.SecurityStamp };
        await store.CreateAsync(user, CancellationToken.None);
    }

    /// <summary>
    /// Whether somebody who is signed in, or not yet let in, shows rightly who they are. It counts like an attempt to sign in: wrong ones
    /// lock the account, and a locked account takes no right one either.
    /// </summary>
    public async Task<bool> AttemptAsync(MarketUser user, Func<Task<bool>> isRight)
    {
        if (await IsLockedOutAsync(user))
        {
            return false;
        }

        if (await isRight())
        {
            return true;
        }

        await AccessFailedAsync(user);
        return false;
    }

    /// <summary>Takes as long as looking at a password does, so that nobody learns from the time whether there is such an account.</summary>
    public void LookAtNothing(string password) => PasswordHasher.HashPassword(MarketUser.New("nobody@invalid", "Nobody"), password);
}
