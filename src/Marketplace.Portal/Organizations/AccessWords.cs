using Marketplace.Client;
using Marketplace.Portal.Language;

namespace Marketplace.Portal.Organizations;

/// <summary>What entries of access logs say beside what happened: whom, with which role, from what to what.</summary>
internal static class AccessWords
{
    private const string To = " to ";
    private const string Replaced = ": replaced by ";

    /// <summary>An entry's detail: roles in the viewer's language, and no ids.</summary>
    public static string Say(string detail, Texts texts)
    {
        if (detail.IndexOf(Replaced, StringComparison.Ordinal) is > 0 and var end)
        {
            return detail[..end];
        }

        if (detail.Split(To, 2) is [var before, var after])
        {
            return texts["{0} to {1}", Word(before, texts), Word(after, texts)];
        }

        return detail.LastIndexOf(": ", StringComparison.Ordinal) is > 0 and var at ? $"{detail[..at]}: {Word(detail[(at + 2)..], texts)}" : detail;
    }

    private static string Word(string word, Texts texts) => Enum.TryParse<OrganizationRole>(word, out var role) ? texts.Of(role) : word;
}
