using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Organizations;

[GrainType(Noun)]
internal sealed class MailAllowanceGrain(GrainServices services) : RecordGrain<MailAllowance, MailAllowanceFact>(services, Noun), IMailAllowanceGrain
{
    public const string Noun = "mail-allowance";

    public async Task<MailTurn> TakeAsync(TakeMail command)
    {
        var before = Version;
        var after = (await CommitAsync(null, (state, _) => MailAllowance.Decide(state, command))).Value!;
        return new MailTurn(after.Version > before, after.State.UntilFull(command.RealNow));
    }

    protected override MailAllowance Evolve(MailAllowance? state, MailAllowanceFact fact) => MailAllowance.Evolve(state, fact);

    // Nothing falls due and nothing leaves: it is closed at once.
    protected override Instant? DueAt(MailAllowance state) => null;

    protected override void React(MailAllowance? before, MailAllowance after, MailAllowanceFact fact, Effects effects)
    {
    }
}
