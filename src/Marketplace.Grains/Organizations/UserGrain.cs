using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using NodaTime;

namespace Marketplace.Grains.Organizations;

[GrainType(Noun)]
internal sealed class UserGrain(GrainServices services) : RecordGrain<User, UserFact>(services, Noun), IUserGrain
{
    public const string Noun = "user";

    public Task<Snapshot<User>?> GetAsync() => ReadAsync();

    public Task<Answer<Snapshot<User>>> RegisterAsync(RegisterUser command) => CommitAsync(null, (state, _) => User.Decide(state, command));

    public Task<Answer<Snapshot<User>>> SaveAccountAsync(SaveAccount command) => CommitAsync(null, (state, _) => User.Decide(state, command));

    public Task<Answer<Snapshot<User>>> AskEmailChangeAsync(AskEmailChange command) => CommitAsync(null, (state, _) => User.Decide(state, command));

    public Task<Answer<Snapshot<User>>> FailSignInAsync(FailSignIn command) => CommitAsync(null, (state, _) => User.Decide(state, command));

    public Task<Answer<Snapshot<User>>> OpenSessionAsync(OpenSession command) => CommitAsync(null, (state, _) => User.Decide(state, command));

    public Task<Answer<Snapshot<User>>> SeeSessionAsync(SeeSession command) => CommitAsync(null, (state, _) => User.Decide(state, command));

    public Task<Answer<Snapshot<User>>> EndSessionAsync(EndSession command) => CommitAsync(null, (state, _) => User.Decide(state, command));

    public Task<Answer<Snapshot<User>>> EndOtherSessionsAsync(EndOtherSessions command) => CommitAsync(null, (state, _) => User.Decide(state, command));

    public Task<Answer<Snapshot<User>>> ChooseOrganizationAsync(ChooseOrganization command) => CommitAsync(null, (state, _) => User.Decide(state, command));

    protected override User Evolve(User? state, UserFact fact) => User.Evolve(state, fact);

    // Nothing of a person falls due by itself; it stays open so that it looks after its outbox.
    protected override Instant? DueAt(User state) => Instant.MaxValue;

    protected override void React(User? before, User after, UserFact fact, Effects effects) => AccessEntries.Write(before, after, fact, effects, Services.RealNow);

    protected override async Task OnNoticeAsync(Notice notice, AggregateAddress sender)
    {
        if (State is null)
        {
            return; // Whoever is meant never registered: there is nobody to tell.
        }

        await CommitAsync(null, (state, _) => notice switch
        {
            MemberJoined it => User.Decide(state, new JoinOrganization(it.Organization)),
            MemberLeft it => User.Decide(state, new LeaveOrganization(it.Organization)),
            _ => throw new InvalidOperationException($"{Noun} takes no {notice.GetType().Name}."),
        });
    }
}
