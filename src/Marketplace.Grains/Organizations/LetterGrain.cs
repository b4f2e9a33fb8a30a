using Marketplace.Domain.Organizations;
using Marketplace.Grains.Durability;
using Marketplace.Grains.Ports;
using NodaTime;

namespace Marketplace.Grains.Organizations;

[GrainType(Noun)]
internal sealed class LetterGrain(GrainServices services, ILetterSender sender) : RecordGrain<Letter, LetterFact>(services, Noun), ILetterGrain
{
    public const string Noun = "letter";

    public Task<Snapshot<Letter>?> GetAsync() => ReadAsync();

    public async Task WriteAsync(SealedLetter letter)
    {
        await CommitAsync(null, (state, now) => Letter.Decide(state, letter, now));

        // In a turn of its own: whoever asked does not wait for the mail server.
        this.AsReference<ILetterGrain>().VisitAsync(null).Ignore();
    }

    protected override Letter Evolve(Letter? state, LetterFact fact) => Letter.Evolve(state, fact);

    protected override Instant? DueAt(Letter state) => state.NextAt;

    protected override void React(Letter? before, Letter after, LetterFact fact, Effects effects)
    {
    }

    protected override Task OnNoticeAsync(Notice notice, AggregateAddress sender) => notice is LetterHandedOver it
        ? WriteAsync(it.Letter)
        : throw new InvalidOperationException($"{Noun} takes no {notice.GetType().Name}.");

    protected override async Task OnDueAsync(Instant now)
    {
        if (State is not { NextAt: { } next, Content: { } content } letter || next > now)
        {
            return;
        }

        string? fault = null;
        try
        {
            await sender.SendAsync(new SealedLetter(letter.Id, letter.To, content));
        }
        catch (LetterNotTakenException error)
        {
            fault = error.Message;
        }

        await CommitAsync(null, (state, at) => fault is null ? Letter.Sent(state, at) : Letter.Failed(state, fault, at));
    }
}
