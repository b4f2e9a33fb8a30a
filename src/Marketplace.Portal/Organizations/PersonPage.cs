using Marketplace.Client;
using Marketplace.Portal.Shell;

namespace Marketplace.Portal.Organizations;

/// <summary>A page about the person who is signed in, whom no key reaches.</summary>
public abstract class PersonPage : PortalPage
{
    /// <summary>Says that one has to sign in, unless somebody is.</summary>
    protected void RequirePerson() => Require(Session.Person is not null);

    /// <summary>Says that one has to sign in, unless somebody is or a key was given.</summary>
    protected void RequireAnyone() => Require(Session.Person is not null || Session.Me is not null);

    private static void Require(bool isIn)
    {
        if (!isIn)
        {
            throw new MarketplaceException("", 401, null, new Dictionary<string, IEnumerable<string>>(), null);
        }
    }
}
