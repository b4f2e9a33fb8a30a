using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Billing;

/// <summary>What happened to the comparison of the books with the gateway's.</summary>
/// <param name="At">When, in market time.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "fact")]
[JsonDerivedType(typeof(PostingTaken), "postingTaken")]
[JsonDerivedType(typeof(MovementsTaken), "movementsTaken")]
[JsonDerivedType(typeof(BooksCompared), "booksCompared")]
[JsonDerivedType(typeof(NoticesTaken), "noticesTaken")]
[JsonDerivedType(typeof(IncidentRecorded), "incidentRecorded")]
[JsonDerivedType(typeof(StuckRefundTaken), "stuckRefundTaken")]
public abstract record ReconciliationFact(Instant At);

/// <summary>An organization's books posted on their account of the gateway.</summary>
/// <param name="At">When.</param>
/// <param name="RealAt">Real time.</param>
/// <param name="Organization">Whose books.</param>
/// <param name="FactId">The fact posted.</param>
/// <param name="Subject">What it is about: the payment or payout that the fact names.</param>
/// <param name="Amount">Positive when money came.</param>
public sealed record PostingTaken(Instant At, Instant RealAt, OrganizationId Organization, string FactId, string Subject, Money Amount) : ReconciliationFact(At);

/// <summary>The gateway listed movements.</summary>
/// <param name="At">When.</param>
/// <param name="RealAt">Real time.</param>
/// <param name="Movements">The movements, oldest first.</param>
/// <param name="Cursor">Where its list goes on.</param>
public sealed record MovementsTaken(Instant At, Instant RealAt, ImmutableArray<GatewayMovement> Movements, string? Cursor) : ReconciliationFact(At);

/// <summary>Invoices, deposits and balances were compared with the books.</summary>
/// <param name="At">When.</param>
/// <param name="RealAt">Real time.</param>
/// <param name="Gaps">Everything that differed.</param>
public sealed record BooksCompared(Instant At, Instant RealAt, ImmutableArray<BooksGap> Gaps) : ReconciliationFact(At);

/// <summary>Notifications on record at the gateway were taken, whether or not they had come before.</summary>
/// <param name="At">When.</param>
/// <param name="RealAt">Real time.</param>
/// <param name="Cursor">Where its list goes on; null when there was nothing new.</param>
/// <param name="Listed">How many there were.</param>
/// <param name="New">How many of them had never come.</param>
/// <param name="Finished">Whether the end of the list was reached.</param>
public sealed record NoticesTaken(Instant At, Instant RealAt, string? Cursor, int Listed, int New, bool Finished) : ReconciliationFact(At);

/// <summary>An incident was opened, changed, explained or resolved.</summary>
/// <param name="At">When.</param>
/// <param name="Key">The difference it stands for.</param>
/// <param name="Incident">As it is now.</param>
public sealed record IncidentRecorded(Instant At, string Key, Incident Incident) : ReconciliationFact(At);

/// <summary>So much of a payment was to be given back and the gateway declined.</summary>
/// <param name="At">When.</param>
/// <param name="RealAt">Real time.</param>
/// <param name="Payment">The payment.</param>
/// <param name="Amount">How much; zero once somebody has given it back.</param>
public sealed record StuckRefundTaken(Instant At, Instant RealAt, PaymentId Payment, Money Amount) : ReconciliationFact(At);

/// <summary>A difference between books and documents, or between books and what was heard of them.</summary>
/// <param name="Kind">What the books were compared with.</param>
/// <param name="Subject">The account, or the currency.</param>
/// <param name="Organization">Whose books; null for all of them together.</param>
/// <param name="Other">What the other side has.</param>
/// <param name="Books">What the books have.</param>
public sealed record BooksGap(IncidentKind Kind, string Subject, OrganizationId? Organization, Money Other, Money Books);

/// <summary>What can be told to the comparison. <c>RealNow</c> is real time.</summary>
public abstract record ReconciliationCommand;

/// <summary>Books posted on their account of the gateway.</summary>
public sealed record TakePosting(OrganizationId Organization, string FactId, ImmutableArray<Money> Amounts, Instant RealNow) : ReconciliationCommand;

/// <summary>The gateway listed movements.</summary>
/// <param name="After">Where the list was asked to go on; nothing is taken when that is no longer where it stands.</param>
/// <param name="Page">What it listed.</param>
/// <param name="RealNow">Real time.</param>
public sealed record TakeMovements(string? After, GatewayPage<GatewayMovement> Page, Instant RealNow) : ReconciliationCommand;

/// <summary>The gateway listed notifications, and all of them were taken.</summary>
/// <param name="After">Where the list was asked to go on; nothing is taken when that is no longer where it stands.</param>
/// <param name="Cursor">Where it goes on.</param>
/// <param name="Listed">How many there were.</param>
/// <param name="New">How many had never come.</param>
/// <param name="Finished">Whether the end of the list was reached.</param>
/// <param name="RealNow">Real time.</param>
public sealed record TakeNotices(string? After, string? Cursor, int Listed, int New, bool Finished, Instant RealNow) : ReconciliationCommand;

/// <summary>Invoices, deposits and balances were compared with the books.</summary>
public sealed record TakeBooks(ImmutableArray<BooksGap> Gaps, Instant RealNow) : ReconciliationCommand;

/// <summary>So much of a payment was to be given back and the gateway declined; zero once somebody has given it back.</summary>
public sealed record TakeStuckRefund(OrganizationId Organization, PaymentId Payment, Money Amount, Instant RealNow) : ReconciliationCommand;

/// <summary>Opens incidents for what has differed for longer than <paramref name="UnderWay"/>.</summary>
public sealed record Judge(Duration UnderWay, Instant RealNow) : ReconciliationCommand;

/// <summary>A person says why two sides differ.</summary>
/// <param name="Incident">The incident.</param>
/// <param name="By">Who: the API key used.</param>
/// <param name="Text">Why, 1 to 2,000 characters.</param>
public sealed record ExplainIncident(IncidentId Incident, string By, string Text) : ReconciliationCommand;
