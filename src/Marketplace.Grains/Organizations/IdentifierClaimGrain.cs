using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Organizations;

[GrainType(Noun)]
internal sealed class IdentifierClaimGrain(GrainServices services) : RecordGrain<IdentifierClaim, IdentifierFact>(services, Noun), IIdentifierClaimGrain
{
    public const string Noun = "identifier-claim";

    public Task<Snapshot<IdentifierClaim>?> GetAsync() => ReadAsync();

    public Task<Answer<Snapshot<IdentifierClaim>>> ClaimAsync(ClaimIdentifier command) => CommitAsync(null, (state, now) => IdentifierClaim.Decide(state, command, now));

    public async Task ReleaseAsync(ReleaseIdentifier command)
    {
        if (State is not null)
        {
            await CommitAsync(null, (state, _) => IdentifierClaim.Decide(state, command));
        }
    }

    protected override IdentifierClaim Evolve(IdentifierClaim? state, IdentifierFact fact) => IdentifierClaim.Evolve(state, fact);

    // Nothing falls due and nothing leaves: it is closed at once.
    protected override Instant? DueAt(IdentifierClaim state) => null;

    protected override void React(IdentifierClaim? before, IdentifierClaim after, IdentifierFact fact, Effects effects)
    {
    }
}
