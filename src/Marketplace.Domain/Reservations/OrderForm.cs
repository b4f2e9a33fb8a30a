using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Quotes;
using Marketplace.Domain.Terms;
using NodaTime;

namespace Marketplace.Domain.Reservations;

/// <summary>Where an order form stands.</summary>
public enum OrderFormStanding
{
    /// <summary>What the parties are bound by, or are about to sign.</summary>
    InForce,

    /// <summary>A change on its way.</summary>
    Proposed,

    /// <summary>A later version took its place.</summary>
    Replaced,

    /// <summary>Proposed, and came to nothing.</summary>
    Lapsed,
}

/// <summary>A version of the agreement that is no longer in force, kept so that what was signed can be read and verified.</summary>
/// <param name="Agreement">What it said.</param>
/// <param name="Signatures">Signatures under it.</param>
/// <param name="Standing">Replaced or lapsed.</param>
/// <param name="At">Since when.</param>
public sealed record PastOrderForm(Agreement Agreement, ImmutableArray<Signature> Signatures, OrderFormStanding Standing, Instant At);

/// <summary>
/// The commercial sheet that both parties sign, as plain text: one canonical rendering of an agreement, so that the same
/// agreement always has the same bytes and the same digest. The agreement pins the layout it was rendered in and the names
/// it bears; every layout is kept as it was, and golden files hold their text and digest.
/// </summary>
public static class OrderForm
{
    /// <summary>The layout of new agreements, named in the first line. A change of wording is a new layout; old ones stay.</summary>
    public const int CurrentLayout = 2;

    /// <summary>The agreement that this quote makes, with its digest.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="quote">The quote it uses.</param>
    /// <param name="documentVersion">Number of the document, from 1.</param>
    /// <param name="names">Parties and capacity by name as they stand now; null where nobody could say, so that ids stand alone.</param>
    public static Agreement Agree(ReservationId reservation, Quote quote, int documentVersion, ContractNames? names = null)
    {
        var draft = new Agreement(
            quote.Id, quote.PoolId, quote.SiteId, quote.OperatorId, quote.Sku, quote.KilowattsPerUnit,
            quote.Terms, quote.Holds, quote.Lines, quote.Total, quote.Deposit, documentVersion, "")
        {
            Layout = CurrentLayout,
            Names = names,
        };
        return draft with { Digest = DigestOf(Render(reservation, quote.TenantId, draft)) };
    }

    /// <summary>SHA-256 of the document's UTF-8 bytes, in lower-case hex.</summary>
    public static string DigestOf(string document) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document)));

    /// <summary>The document, in the layout it was agreed in. Lines end in a line feed; amounts and times are written the same in every culture.</summary>
    public static string Render(ReservationId reservation, OrganizationId tenant, Agreement agreement) => agreement.Layout switch
    {
        null or 1 => OrderFormLayout1.Render(reservation, tenant, agreement),
        2 => OrderFormLayout2.Render(reservation, tenant, agreement),
        _ => throw new InvalidOperationException($"{reservation} was agreed in layout {agreement.Layout}, which this build does not know."),
    };
}
