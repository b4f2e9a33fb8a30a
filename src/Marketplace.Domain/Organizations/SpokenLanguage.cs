namespace Marketplace.Domain.Organizations;

/// <summary>A language that people are written to in, by its ISO 639-1 code.</summary>
public enum SpokenLanguage
{
    /// <summary>English, which is also the language of contracts, invoices and the API itself.</summary>
    En,

    /// <summary>German.</summary>
    De,
}
