using System.Security.Cryptography;
using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;

namespace Marketplace.Api.Identity;

/// <summary>A person as ASP.NET Core Identity's managers handle one: what they change is saved through <see cref="UserStore"/>.</summary>
internal sealed class MarketUser
{
    private MarketUser(UserId id, Account account, User? known)
    {
        Id = id;
        Account = account;
        Known = known;
    }

    /// <summary>Public id. The claim of the address may name another than the one first proposed.</summary>
    public UserId Id { get; set; }

    /// <summary>What the person signs in with, as it is to be.</summary>
    public Account Account { get; set; }

    /// <summary>What is kept of the person; null: nobody registered yet.</summary>
    public User? Known { get; private set; }

    /// <summary>Somebody who is about to register.</summary>
    public static MarketUser New(string email, string name, bool emailConfirmed = false, SpokenLanguage? language = null) => new(
        PublicId.Derive<UserId>(RandomNumberGenerator.GetHexString(32)),
        new Account(email.Trim(), name, emailConfirmed, null, "", false, null, [], 0, null, [], [], Language: language),
        null);

    /// <summary>A person who is registered.</summary>
    public static MarketUser Of(User user) => new(user.Id, user.Account, user);

    /// <summary>Takes over what was made durable.</summary>
    public void Take(User user)
    {
        Id = user.Id;
        Account = user.Account;
        Known = user;
    }
}
