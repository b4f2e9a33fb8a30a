namespace Marketplace.Grains.Durability;

/// <content>Refusals: none is given by an activation that another one has overtaken.</content>
internal abstract partial class JournaledGrain<TState, TFact, TSnapshot>
{
    private Task look = Task.CompletedTask;
    private Task? waitingLook;

    /// <summary>
    /// Waits for what a refusal saw, and for proof that this activation still held the journal's head after the decision: a
    /// write begun later that succeeds, or a look that finds no entry beyond its own. Retryable ones too: what is retryable
    /// for a client may end the process of whoever asked, such as a reservation that no pool would hold.
    /// </summary>
    private async Task WhenRefusableAsync()
    {
        if (collecting.Commits > 0)
        {
            await collecting.Done.Task;
            return;
        }

        await (writing?.Done.Task ?? Task.CompletedTask);
        ThrowIfBroken();
        await (waitingLook ??= LookAfterAsync());
        await (writing?.Done.Task ?? Task.CompletedTask);
        ThrowIfBroken();
    }

    /// <summary>A look at the journal's head after the one under way: whoever is refused meanwhile shares it.</summary>
    private async Task LookAfterAsync()
    {
        await Task.Yield();
        await look.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        look = waitingLook!;
        waitingLook = null;
        var next = durableSequence + 1;
        if (writing is null && await journal.ExistsAsync(next) && writing is null && durableSequence < next)
        {
            Break(null, new UnknownOutcomeException($"{Address}: this activation was stale; repeat the request."));
        }
    }
}
