using System.Collections.Immutable;
using System.Globalization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

public sealed partial record PayoutAccount
{
    /// <summary>How long to wait before a transfer that the gateway declined is tried again.</summary>
    public static readonly Duration AfterDecline = Duration.FromDays(1);

    /// <summary>Decides a command to the account of <paramref name="operatorId"/> at <paramref name="now"/>; the first one brings it into being.</summary>
    public static Decision<PayoutAccountFact> Decide(OrganizationId operatorId, PayoutAccount? state, PayoutAccountCommand command, Instant now)
    {
        if (state is null)
        {
            var asked = new AccountAsked(now, operatorId, (command as AskAccount)?.Country);
            var first = Evolve(null, asked);
            var rest = command is AskAccount ? Decision<PayoutAccountFact>.Nothing : Decide(operatorId, first, command, now);
            return rest.Refusal is not null ? rest : Decision<PayoutAccountFact>.Of([asked, .. rest.Facts]);
        }

        return command switch
        {
            AskAccount ask => state.Country is null ? new AccountAsked(now, operatorId, ask.Country) : Decision<PayoutAccountFact>.Nothing,
            WriteAccountCall write => state.Call is null && state.NextCall() is { } call
                ? new AccountCallWritten(now, call with { MadeAt = write.RealNow })
                : Decision<PayoutAccountFact>.Nothing,
            TakeAccountAnswer answer => state.Take(answer, now),
            TakeAccount take => state.Shown == take.Account ? Decision<PayoutAccountFact>.Nothing : new AccountShown(now, take.Account),
            Earn earn => Decision<PayoutAccountFact>.Of([.. state.Take(earn, now)]),
            KeepCredit keep => Decision<PayoutAccountFact>.Of([.. state.Keep(keep.Tenant, keep.Amount, keep.Number, now)]),
            KeepDispute keep => new DisputeKept(now, keep.Tenant, keep.Payment, keep.Change),
            NoteInvoice note => state.Cleared.Contains(note.Invoice) ? Decision<PayoutAccountFact>.Nothing : new InvoiceNoted(now, note.Invoice),
            PlanPayouts => state.Plan(now),
            TakePayout taken => state.Parts.TryGetValue(taken.Payout, out var part) && !part.IsSent
                ? new PayoutEnded(now, taken.Payout, taken.Made, taken.Detail)
                : Decision<PayoutAccountFact>.Nothing,
            TakeTakenBack back => state.Parts.ContainsKey(back.Payout)
                ? new TakeBackEnded(now, back.Payout, back.Amount, back.Made, back.Detail)
                : Decision<PayoutAccountFact>.Nothing,
            _ => throw new InvalidOperationException($"A payout account does not know {command.GetType().Name}."),
        };
    }

    /// <summary>The account after a fact.</summary>
    public static PayoutAccount Evolve(PayoutAccount? state, PayoutAccountFact fact)
    {
        if (fact is AccountAsked asked)
        {
            return (state ?? new PayoutAccount { Operator = asked.Operator, CreatedAt = asked.At, ChangedAt = asked.At }) with
            {
                Country = asked.Country ?? state?.Country,
                Problem = null,
                ChangedAt = asked.At,
            };
        }

        var account = (state ?? throw new InvalidOperationException($"A payout account does not begin with {fact.GetType().Name}.")) with { ChangedAt = fact.At };
        return fact switch
        {
            AccountCallWritten written => account with { Call = written.Call, RetryAt = null },
            AccountUnanswered unanswered => account with { Call = unanswered.Call, RetryAt = unanswered.RetryAt, Problem = unanswered.Detail },
            AccountKnown known => account with { GatewayId = known.GatewayId, Call = null, RetryAt = null, Problem = null },
            AccountDeclined declined => account with { Country = null, Call = null, RetryAt = null, Problem = declined.Detail },
            AccountShown shown => account with { Shown = shown.Account },
            PayableEarned earned => (account with { Payables = account.Payables.Add(earned.Payable.FactId, earned.Payable) }).Count(earned.Payable, earned.Payable.Unsent),
            CreditKept kept => account with
            {
                Credits = Set(account.Credits, CreditKey(kept.Tenant, kept.Amount.Currency), kept.Amount),
                CreditNumbers = kept.Number is { } number
                    ? (account.CreditNumbers ?? ImmutableDictionary<string, long>.Empty).SetItem(CreditKey(kept.Tenant, kept.Amount.Currency), number)
                    : account.CreditNumbers,
            },
            DisputeKept kept => account with
            {
                Disputed = Set(account.Disputed, kept.Payment, account.Disputed.GetValueOrDefault(kept.Payment, Money.Zero(kept.Change.Currency)) + kept.Change),
                DisputedOf = Set(
                    account.DisputedOf,
                    CreditKey(kept.Tenant, kept.Change.Currency),
                    account.DisputedOf.GetValueOrDefault(CreditKey(kept.Tenant, kept.Change.Currency), Money.Zero(kept.Change.Currency)) + kept.Change),
            },
            PayoutsLooked => account.RetryAt <= fact.At && account.Call is null ? account with { RetryAt = null } : account,
            InvoiceNoted noted => account with { Cleared = [.. account.Cleared.TakeLast(ClearedKept - 1), noted.Invoice] },
            PayoutBegun begun => account.Begin(begun),
            PayoutEnded ended => account.End(ended),
            TakeBackBegun begun => account.TakeBack(begun.Payout, begun.Amount, 1),
            TakeBackEnded { Made: true } => account.Forget(),
            TakeBackEnded ended => account.TakeBack(ended.Payout, -ended.Amount, 0) with { Problem = ended.Detail, RetryAt = ended.At + AfterDecline },
            _ => throw new InvalidOperationException($"A payout account does not know {fact.GetType().Name}."),
        };
    }

    private IEnumerable<PayoutAccountFact> Take(Earn earn, Instant now)
    {
        if (!Payables.ContainsKey(earn.Payable.FactId) && !earn.Payable.Amount.IsZero)
        {
            yield return new PayableEarned(now, earn.Payable);
            if (earn.Released is { } released)
            {
                yield return new DisputeKept(now, earn.Payable.Tenant, released.Payment, released.Amount);
            }
        }

        if (earn.Credit is { } credit)
        {
            foreach (var kept in Keep(earn.Payable.Tenant, credit.Amount, credit.Number, now))
            {
                yield return kept;
            }
        }
    }

    // What comes by way of the operator's books may be overtaken by what comes from the tenant's directly.
    private IEnumerable<PayoutAccountFact> Keep(OrganizationId tenant, Money amount, long number, Instant now)
    {
        var key = CreditKey(tenant, amount.Currency);
        var (known, last) = (Credits.GetValueOrDefault(key, Money.Zero(amount.Currency)), CreditNumbers?.GetValueOrDefault(key) ?? 0);
        if (number >= last && (known != amount || number > last))
        {
            yield return new CreditKept(now, tenant, amount, number == 0 ? null : number);
        }
    }

    private static ImmutableDictionary<TKey, Money> Set<TKey>(ImmutableDictionary<TKey, Money> sums, TKey key, Money amount)
        where TKey : notnull => amount.Minor > 0 ? sums.SetItem(key, amount) : sums.Remove(key);

    private PayoutAccount Begin(PayoutBegun begun) => (this with
    {
        Parts = Parts.Add(begun.Order.Id, new PayoutPart(begun.Order.Id, begun.FactId, begun.Order.Amount, Money.Zero(begun.Order.Amount.Currency), false, 0)),
        Begun = Begun + 1,
        RetryAt = null,
    }).Send(begun.FactId, begun.Order.Amount);

    private PayoutAccount End(PayoutEnded ended)
    {
        var part = Parts[ended.Payout];
        return ended.Made
            ? (this with { Parts = Parts.SetItem(part.Id, part with { IsSent = true }), Problem = null }).Forget()
            : (this with { Parts = Parts.Remove(part.Id), Problem = ended.Detail, RetryAt = ended.At + AfterDecline }).Send(part.Payable, -part.Amount);
    }

    private PayoutAccount TakeBack(PayoutId payout, Money amount, int reversals)
    {
        var part = Parts[payout];
        return (this with
        {
            Parts = Parts.SetItem(payout, part with { Reversed = part.Reversed + amount, Reversals = part.Reversals + reversals }),
        }).Send(part.Payable, -amount);
    }

    private PayoutAccount Send(string fact, Money amount) =>
        (this with { Payables = Payables.SetItem(fact, Payables[fact] with { Sent = Payables[fact].Sent + amount }) }).Count(Payables[fact], -amount);

    private PayoutAccount Count(Payable payable, Money unsent)
    {
        var sum = Unsent.GetValueOrDefault(KeyOf(payable), Money.Zero(unsent.Currency)) + unsent;
        return this with { Unsent = sum.IsZero ? Unsent.Remove(KeyOf(payable)) : Unsent.SetItem(KeyOf(payable), sum) };
    }

    private PayoutAccount Forget()
    {
        var settled = Payables.Values.Where(payable => payable.Unsent.IsZero && Parts.Values.All(part => part.Payable != payable.FactId || part.IsSent))
            .OrderBy(payable => payable.EarnedAt).ThenBy(payable => payable.FactId, StringComparer.Ordinal).ToList();
        if (settled.Count <= SettledKept)
        {
            return this;
        }

        var gone = settled.Take(settled.Count - (SettledKept / 2)).Select(payable => payable.FactId).ToHashSet();
        return this with
        {
            Payables = Payables.RemoveRange(gone),
            Parts = Parts.RemoveRange(Parts.Values.Where(part => gone.Contains(part.Payable)).Select(part => part.Id)),
        };
    }

    private Decision<PayoutAccountFact> Take(TakeAccountAnswer taken, Instant now)
    {
        if (Call is not { } call)
        {
            return Decision<PayoutAccountFact>.Nothing;
        }

        return (taken.Answer.Outcome, taken.LookedUp) switch
        {
            (GatewayOutcome.Succeeded, _) => new AccountKnown(now, taken.Answer.GatewayId!),
            (GatewayOutcome.Declined, _) => new AccountDeclined(now, taken.Answer.Detail),
            (GatewayOutcome.NotFound, true) => new AccountCallWritten(now, call.Again()),
            _ => new AccountUnanswered(now, call.Unanswered(taken.Answer.KeySpent), now + call.Pause(), taken.Answer.Detail),
        };
    }

    /// <summary>First what must come back from transfers made, the newest first; then what may go, the oldest first.</summary>
    private Decision<PayoutAccountFact> Plan(Instant now)
    {
        if (RetryAt > now)
        {
            return Decision<PayoutAccountFact>.Nothing;
        }

        var facts = ImmutableArray.CreateBuilder<PayoutAccountFact>();
        var account = this;
        if (NextPayableAt(ChangedAt) <= now || (RetryAt is not null && Call is null))
        {
            Add(new PayoutsLooked(now));
        }

        foreach (var tenant in Credits.Keys.Union(DisputedOf.Keys).Union(Unsent.Where(sum => sum.Value.Minor < 0).Select(sum => sum.Key)).Order(StringComparer.Ordinal))
        {
            TakeBackFor(tenant);
        }

        if (IsReady)
        {
            // Nothing that waits is sent here, so it is added up once.
            var gated = Payables.Values.Where(payable => payable.Unsent.Minor > 0).DistinctBy(KeyOf).ToDictionary(KeyOf, payable => GatedOf(KeyOf(payable), payable.Amount.Currency, now));
            foreach (var payable in Payables.Values.Where(payable => payable.Unsent.Minor > 0)
                .OrderBy(payable => payable.EarnedAt).ThenBy(payable => payable.FactId, StringComparer.Ordinal))
            {
                var amount = Least(payable.Unsent, account.Free(payable, gated[KeyOf(payable)]));
                if (amount.Minor > 0 && GateOf(payable, now) is null)
                {
                    var id = PublicId.Derive<PayoutId>("payout", Operator.Value, payable.FactId, Number(account.Begun + 1));
                    Add(new PayoutBegun(now, new PayoutOrder(id, Operator, payable.Tenant, payable.Invoice, payable.Payment, amount, payable.Group), payable.FactId, account.GatewayId!));
                }
            }
        }

        return Decision<PayoutAccountFact>.Of(facts.ToImmutable());

        void TakeBackFor(string tenant)
        {
            var currency = Currency.From(tenant[(tenant.IndexOf('|', StringComparison.Ordinal) + 1)..]);
            var missing = account.Kept(tenant, currency) - account.Unsent.GetValueOrDefault(tenant, Money.Zero(currency));
            if (missing.Minor <= 0)
            {
                return;
            }

            foreach (var part in account.Parts.Values
                .Where(part => part.IsSent && part.Reversed < part.Amount && KeyOf(account.Payables[part.Payable]) == tenant)
                .OrderByDescending(part => account.Payables[part.Payable].EarnedAt).ThenBy(part => part.Id.Value, StringComparer.Ordinal))
            {
                var back = Least(missing, part.Amount - part.Reversed);
                if (back.Minor > 0)
                {
                    Add(new TakeBackBegun(now, part.Id, Number(part.Reversals + 1), back));
                    missing -= back;
                }
            }
        }

        void Add(PayoutAccountFact fact)
        {
            facts.Add(fact);
            account = Evolve(account, fact);
        }
    }

    private static Money Least(Money one, Money other) => one < other ? one : other;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
