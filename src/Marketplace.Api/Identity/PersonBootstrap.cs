using System.Security.Cryptography;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Organizations;
using Microsoft.AspNetCore.Identity;

namespace Marketplace.Api.Identity;

/// <summary>Lets the first people in: those of a demo market, whose passwords are made up here and shown once.</summary>
public static class PersonBootstrap
{
    private const int PasswordBytes = 15;

    /// <summary>
    /// Registers a person as an owner of an organization, with a password made up now; a person who is there already gets a new one,
    /// and is signed out everywhere.
    /// </summary>
    /// <param name="services">The API's services.</param>
    /// <param name="organization">An organization that is registered.</param>
    /// <param name="email">The person's address, which counts as confirmed.</param>
    /// <param name="name">The person's name.</param>
    /// <returns>The password, to be shown once.</returns>
    public static async Task<string> EnsureAsync(IServiceProvider services, OrganizationId organization, string email, string name)
    {
        await using var scope = services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<Accounts>();
        var password = string.Join('-', PublicId.Encode(RandomNumberGenerator.GetBytes(PasswordBytes)).Chunk(6).Select(part => new string(part)));
        var user = await accounts.FindByEmailAsync(email);
        if (user is null)
        {
            user = MarketUser.New(email, name, emailConfirmed: true);
            Check(await accounts.CreateAsync(user, password));
        }
        else
        {
            Check(await accounts.ResetPasswordAsync(user, await accounts.GeneratePasswordResetTokenAsync(user), password));
        }

        var grain = scope.ServiceProvider.GetRequiredService<IGrainFactory>().Of<IOrganizationGrain>(organization.Value);
        if ((await grain.GetAsync())?.State.Member(user.Id) is null)
        {
            var id = PublicId.Derive<MemberId>(organization.Value, user.Id.Value);
            var answer = await grain.AddMemberAsync(new Operation("bootstrap-" + id.Value, id.Value), new AddMember(id, name, email, OrganizationRole.Owner, user.Id));
            if (!answer.IsGranted)
            {
                throw new InvalidOperationException($"{email} was refused: {answer.Refusal.Detail}");
            }
        }

        return password;
    }

    private static void Check(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new InvalidOperationException("A first person was refused: " + string.Join(' ', result.Errors.Select(error => error.Description)));
        }
    }
}
