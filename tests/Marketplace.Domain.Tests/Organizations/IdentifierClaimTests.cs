using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Tests.Organizations;

public sealed class IdentifierClaimTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 5, 1, 8, 0);
    private static readonly UserId Ada = UserId.From("usr_ada");
    private static readonly UserId Bo = UserId.From("usr_bo");
    private static readonly IdentifierId Address = IdentifierClaim.OfEmail("ada@x.example");

    [Fact]
    public void The_first_to_claim_holds_it_until_giving_it_back()
    {
        var claim = Folded(null, IdentifierClaim.Decide(null, new ClaimIdentifier(Address, Ada), Now));

        Assert.Empty(IdentifierClaim.Decide(claim, new ClaimIdentifier(Address, Bo), Now).Facts);
        Assert.Empty(IdentifierClaim.Decide(claim, new ReleaseIdentifier(Bo)).Facts);
        claim = Folded(claim, IdentifierClaim.Decide(claim, new ReleaseIdentifier(Ada)));
        Assert.Null(claim.Holder);
        Assert.Equal(Bo, Folded(claim, IdentifierClaim.Decide(claim, new ClaimIdentifier(Address, Bo), Now)).Holder);
    }

    [Fact]
    public void An_address_is_the_same_whatever_its_case_and_nothing_else_is_it()
    {
        Assert.Equal(Address, IdentifierClaim.OfEmail(" ADA@X.Example "));
        Assert.NotEqual(Address, IdentifierClaim.OfEmail("ada@y.example"));
        Assert.NotEqual(IdentifierClaim.OfLogin("ab", "c"), IdentifierClaim.OfLogin("a", "bc"));
        Assert.NotEqual(IdentifierClaim.OfPasskey("x"), IdentifierClaim.OfEmail("x"));
    }

    private static IdentifierClaim Folded(IdentifierClaim? claim, Decision<IdentifierFact> decision) =>
        decision.Facts.Aggregate(claim, (state, fact) => IdentifierClaim.Evolve(state, fact))!;
}
