using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Marketplace.Api.Events;
using Marketplace.Api.Http;
using Marketplace.Api.Quotes;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Capacity;
using Marketplace.Domain.Leases;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Reservations;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Api.Reservations;

/// <summary>Which reservations to list.</summary>
/// <param name="Status">Only reservations that stand here.</param>
/// <param name="PoolId">Only reservations in this pool.</param>
internal sealed record ReservationFilter(ReservationStatus? Status, PoolId? PoolId)
{
    public static ReservationFilter Example { get; } = new(ReservationStatus.AwaitingDeposit, null);

    public bool Takes(Reservation reservation) =>
        (Status is null || reservation.Status == Status) && (PoolId is null || reservation.Agreement?.PoolId == PoolId);
}

/// <summary>One pool's turn.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="QuoteId">The quote that prices it.</param>
/// <param name="At">When its turn began.</param>
/// <param name="RefusedCode">Code of the refusal that ended it; null while it is open or when it succeeded.</param>
internal sealed record AttemptModel(PoolId PoolId, QuoteId QuoteId, Instant At, string? RefusedCode);

/// <summary>A pool that was asked for and gave no quote, so that it was never tried.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="Code">Code of the refusal.</param>
/// <param name="Detail">The refusal for people.</param>
internal sealed record PassedOverModel(PoolId PoolId, string Code, string Detail);

/// <summary>A side's approval.</summary>
/// <param name="Party">Which side.</param>
/// <param name="Name">Who.</param>
/// <param name="Authority">By what authority.</param>
/// <param name="At">When.</param>
internal sealed record ApprovalModel(ContractParty Party, string Name, string Authority, Instant At);

/// <summary>A side's signature.</summary>
/// <param name="Party">Which side.</param>
/// <param name="Name">Who.</param>
/// <param name="Authority">By what authority.</param>
/// <param name="At">When.</param>
/// <param name="Digest">SHA-256 of the order form signed, in hex.</param>
internal sealed record SignatureModel(ContractParty Party, string Name, string Authority, Instant At, string Digest)
{
    public static SignatureModel Of(Signature signature) => new(signature.Party, signature.By.Name, signature.By.Authority, signature.At, signature.Digest);
}

/// <summary>The deposit.</summary>
/// <param name="Amount">How much.</param>
/// <param name="Method">How it is paid.</param>
/// <param name="State">Where it stands; null before it is asked for.</param>
internal sealed record ReservationDepositModel(MoneyModel Amount, PaymentMethod Method, DepositState? State);

/// <summary>The payment of the deposit; read it for what the payer's browser needs.</summary>
/// <param name="Id">The payment.</param>
/// <param name="Status">Where it stands; null in lists.</param>
internal sealed record ReservationPaymentModel(PaymentId Id, PaymentStatus? Status);

/// <summary>Units that supply does not cover.</summary>
/// <param name="From">First instant.</param>
/// <param name="Until">First instant after.</param>
/// <param name="Units">Nodes, or kW of critical IT load in a power pool.</param>
internal sealed record DisplacedModel(Instant From, Instant Until, int Units);

/// <summary>A change on its way.</summary>
/// <param name="QuoteId">The quote that prices it.</param>
/// <param name="Total">All rent over the amended term.</param>
/// <param name="DocumentVersion">Version of the amended order form.</param>
/// <param name="Digest">SHA-256 of the amended order form, in hex: what the operator signs.</param>
/// <param name="Applying">Whether the pool is being asked; until then it waits for the operator's signature.</param>
/// <param name="ProposedAt">When the tenant signed it.</param>
/// <param name="AnswerBy">Until when the operator may sign; afterwards the amendment comes to nothing. Null while the pool is being asked.</param>
/// <param name="Terms">The full commercial terms as they will be.</param>
/// <param name="Deposit">The deposit as it will be; once the reservation is binding it stays as it was paid.</param>
/// <param name="Signatures">Signatures under the amended order form so far.</param>
internal sealed record AmendmentModel(
    QuoteId QuoteId,
    MoneyModel Total,
    int DocumentVersion,
    string Digest,
    bool Applying,
    Instant ProposedAt,
    Instant? AnswerBy,
    TermsModel Terms,
    MoneyModel Deposit,
    ImmutableArray<SignatureModel> Signatures)
{
    public static AmendmentModel Of(Amendment amendment, Instant? answerBy) => new(
        amendment.Agreement.QuoteId,
        MoneyModel.Of(amendment.Agreement.Total),
        amendment.Agreement.DocumentVersion,
        amendment.Agreement.Digest,
        amendment.Applying,
        amendment.At,
        answerBy,
        TermsModel.Of(amendment.Agreement.Terms, amendment.Agreement.Holds),
        MoneyModel.Of(amendment.Agreement.Deposit),
        [.. amendment.Signatures.Select(SignatureModel.Of)]);
}

/// <summary>Why it ended, or is ending.</summary>
/// <param name="Cause">Why.</param>
/// <param name="By">Who asked for it; null when time or a withdrawal did.</param>
/// <param name="Reason">In words, or a refusal's code.</param>
/// <param name="At">When it was decided.</param>
internal sealed record EndModel(EndCause Cause, OrganizationId? By, string Reason, Instant At);

/// <summary>A reservation.</summary>
/// <param name="Id">Public id.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="CreatedAt">When it was requested.</param>
/// <param name="ChangedAt">When it last changed.</param>
/// <param name="TenantId">Who reserves.</param>
/// <param name="OperatorId">Who lets; null until a quote is agreed.</param>
/// <param name="SiteId">Where.</param>
/// <param name="PoolId">Which pool.</param>
/// <param name="QuoteId">The quote used.</param>
/// <param name="Sku">Hardware by its catalogue id; null for a power pool.</param>
/// <param name="Attempts">The pools tried, in order.</param>
/// <param name="PassedOver">Pools asked for that gave no quote, in order; empty when every one did.</param>
/// <param name="Terms">The full commercial terms.</param>
/// <param name="Lines">What makes up the total.</param>
/// <param name="Total">All rent over the term.</param>
/// <param name="DocumentVersion">Version of the order form.</param>
/// <param name="Digest">SHA-256 of the order form in force, in hex: what is signed.</param>
/// <param name="Deadline">When what is awaited must have come; null while nothing is.</param>
/// <param name="Hold">Where the hold on the pool stands.</param>
/// <param name="Displaced">What supply does not cover; empty when all is covered.</param>
/// <param name="Approvals">Approvals so far.</param>
/// <param name="ApprovalsMissing">The sides whose approval is awaited now: as the terms ask, and the tenant's where the total is above the requester's spend limit.</param>
/// <param name="Signatures">Signatures so far.</param>
/// <param name="Deposit">The deposit.</param>
/// <param name="Payment">The payment of the deposit, once it is asked for.</param>
/// <param name="Amendment">A change on its way.</param>
/// <param name="AmendmentRefusedCode">Code of the refusal that ended the last change.</param>
/// <param name="DeliveredUnits">Units handed over so far.</param>
/// <param name="LeaseId">The lease that came of it, from the first delivery on.</param>
/// <param name="ConfirmedAt">When it became binding.</param>
/// <param name="TenantMayLeaveFrom">From when the tenant may cancel with its deposit because nothing was handed over; null while it is not binding and once delivery has begun.</param>
/// <param name="End">Why it ended, or is ending.</param>
/// <param name="Names">Parties and capacity by name, as the order form in force has them; null until a quote is agreed, and in older reservations.</param>
internal sealed record ReservationModel(
    ReservationId Id,
    ReservationStatus Status,
    Instant CreatedAt,
    Instant ChangedAt,
    OrganizationId TenantId,
    OrganizationId? OperatorId,
    SiteId? SiteId,
    PoolId? PoolId,
    QuoteId? QuoteId,
    SkuId? Sku,
    ImmutableArray<AttemptModel> Attempts,
    ImmutableArray<PassedOverModel> PassedOver,
    TermsModel? Terms,
    ImmutableArray<QuoteLineModel> Lines,
    MoneyModel? Total,
    int? DocumentVersion,
    string? Digest,
    Instant? Deadline,
    HoldState Hold,
    ImmutableArray<DisplacedModel> Displaced,
    ImmutableArray<ApprovalModel> Approvals,
    ImmutableArray<ContractParty> ApprovalsMissing,
    ImmutableArray<SignatureModel> Signatures,
    ReservationDepositModel? Deposit,
    ReservationPaymentModel? Payment,
    AmendmentModel? Amendment,
    string? AmendmentRefusedCode,
    int DeliveredUnits,
    LeaseId? LeaseId,
    Instant? ConfirmedAt,
    Instant? TenantMayLeaveFrom,
    EndModel? End,
    ContractNamesModel? Names)
{
    public static ReservationModel Example { get; } = Of(ReservationExample.AwaitingDeposit, PaymentStatus.AwaitingPayer);

    public static ReservationModel Of(Reservation reservation) => Of(reservation, null);

    public static ReservationModel Of(Reservation reservation, PaymentStatus? payment)
    {
        var agreement = reservation.Agreement;
        return new(
            reservation.Id,
            reservation.Status,
            reservation.CreatedAt,
            reservation.ChangedAt,
            reservation.TenantId,
            agreement?.OperatorId,
            agreement?.SiteId,
            agreement?.PoolId,
            agreement?.QuoteId,
            agreement?.Sku,
            [.. reservation.Attempts.Select(attempt => new AttemptModel(attempt.Candidate.PoolId, attempt.Candidate.QuoteId, attempt.At, attempt.RefusedCode))],
            [.. (reservation.PassedOver ?? []).Select(pool => new PassedOverModel(pool.PoolId, pool.Code, pool.Detail))],
            agreement is null ? null : TermsModel.Of(agreement.Terms, agreement.Holds),
            agreement is null ? [] : QuoteLineModel.Of(agreement.Lines, agreement.Terms),
            agreement is null ? null : MoneyModel.Of(agreement.Total),
            agreement?.DocumentVersion,
            agreement?.Digest,
            reservation.Deadline,
            reservation.Hold,
            [.. reservation.Displaced.Select(segment => new DisplacedModel(segment.Term.Start, segment.Term.End, segment.Units))],
            [.. reservation.Approvals.Select(approval => new ApprovalModel(approval.Party, approval.By.Name, approval.By.Authority, approval.At))],
            reservation.Status == ReservationStatus.AwaitingApproval ? [.. reservation.ApprovalsMissing()] : [],
            [.. reservation.Signatures.Select(SignatureModel.Of)],
            agreement is null ? null : new ReservationDepositModel(MoneyModel.Of(agreement.Deposit), agreement.Terms.Clauses.Deposit.Method, reservation.Deposit?.State),
            reservation.Deposit?.PaymentId is { } id ? new ReservationPaymentModel(id, payment) : null,
            reservation.Amendment is { } amendment ? AmendmentModel.Of(amendment, reservation.AmendmentAnswerBy()) : null,
            reservation.AmendmentRefusedCode,
            reservation.DeliveredUnits(),
            reservation.Deliveries.IsEmpty ? null : Lease.IdOf(reservation.Id),
            reservation.ConfirmedAt,
            reservation.TenantMayLeaveFrom(),
            reservation.End is { } end ? new EndModel(end.Cause, end.By, end.Reason, end.At) : null,
            ContractNamesModel.Of(agreement?.Names));
    }
}

/// <summary>Which order form to read.</summary>
/// <param name="Version">Version of the document, from 1; without it the one in force.</param>
internal sealed record OrderFormQuery([Range(1, Reservation.MostOrderForms)] int? Version)
{
    public static OrderFormQuery Example { get; } = new(1);
}

/// <summary>An order form: the exact document that is signed. Every version stays readable, word for word as it was signed.</summary>
/// <param name="ReservationId">The reservation.</param>
/// <param name="DocumentVersion">1 for the first, one more with each amendment proposed.</param>
/// <param name="Standing">Whether it is in force, proposed, replaced by a later one, or came to nothing.</param>
/// <param name="Layout">The wording it was made in; every layout is kept, so that the text and its digest never change.</param>
/// <param name="Digest">SHA-256 of the text's UTF-8 bytes, in hex.</param>
/// <param name="Text">The document; lines end in a line feed.</param>
/// <param name="Signatures">Signatures under it so far.</param>
internal sealed record OrderFormModel(
    ReservationId ReservationId, int DocumentVersion, OrderFormStanding Standing, int Layout, string Digest, string Text, ImmutableArray<SignatureModel> Signatures)
{
    public static OrderFormModel Example { get; } = AllOf(ReservationExample.AwaitingDeposit)[0];

    /// <summary>Every version, oldest first.</summary>
    public static ImmutableArray<OrderFormModel> AllOf(Reservation reservation) =>
        [.. reservation.OrderForms().Select(form => new OrderFormModel(
            reservation.Id,
            form.Agreement.DocumentVersion,
            form.Standing,
            form.Agreement.Layout ?? 1,
            form.Agreement.Digest,
            OrderForm.Render(reservation.Id, reservation.TenantId, form.Agreement),
            [.. form.Signatures.Select(SignatureModel.Of)]))];
}

/// <summary>The reservation that examples show, made by the engine itself.</summary>
internal static class ReservationExample
{
    public static Reservation AwaitingDeposit { get; } = Make();

    private static Reservation Make()
    {
        var quote = QuoteExample.Quote;
        var now = QuoteExample.Now;
        var id = ReservationId.From("rsv_4k2m7qz3v5xw6a2bc4d5e6f7ga");
        Signatory Person(OrganizationId organization, string name) => new(organization, name, "Managing Director", "key_4k2m7qz3v5xw6a2bc4d5e6f7ga");
        var names = new ContractNames(
            new NamedParty("Lumen Labs AS", "Norway", ["Storgata 1", "0155 Oslo"], "NO 999 999 999 MVA"),
            new NamedParty("Caprock Compute LLC", "United States", ["100 Pine Street", "Abilene TX 79601"], null),
            new CapacityNames(quote.PoolId, "H100 in Hall A", quote.SiteId, "Caprock Ridge", "US", "TX", "Dickens County", "NVIDIA H100 SXM5 80GB"));
        var digest = OrderForm.Agree(id, quote, documentVersion: 1, names).Digest;
        ReservationCommand[] story =
        [
            new RequestReservation(id, quote.TenantId, [new ReservationCandidate(quote.PoolId, quote.Id)]),
            new RecordHoldPlaced(quote) { Names = names },
            new ApproveReservation(Person(quote.OperatorId, "Edmund Cartwright")),
            new SignReservation(Person(quote.TenantId, "Ada Lovelace"), digest),
            new SignReservation(Person(quote.OperatorId, "Edmund Cartwright"), digest),
            new RecordDepositOpened(PaymentId.From("pay_4k2m7qz3v5xw6a2bc4d5e6f7ga")),
        ];
        Reservation? state = null;
        foreach (var command in story)
        {
            state = Reservation.Decide(state, command, now).Facts.Aggregate(state, Reservation.Evolve);
        }

        return state!;
    }
}
