using System.Text.RegularExpressions;
using Marketplace.Portal.Language;

namespace Marketplace.Portal.Tests.Language;

public sealed partial class ToldTests
{
    private static readonly Texts German = new("de", "Europe/Berlin");
    private static readonly Texts English = new("en", "Europe/Berlin");

    /// <summary>A new sentence of the API comes with its German one.</summary>
    [Fact]
    public void EverySentenceTheApiSaysIsThereInGerman()
    {
        var said = ApiSentences.All().ToList();
        var known = Told.Sentences.Select(sentence => sentence.English).ToHashSet(StringComparer.Ordinal);

        Assert.True(said.Count > 500, "The sentences were not found.");
        Assert.Empty(said.Where(it => !known.Contains(it.Sentence)).Select(it => $"{it.File}: {it.Sentence}").Distinct());
    }

    /// <summary>So that even a sentence nobody knows is told by what it means, and a new code comes with its German meaning.</summary>
    [Fact]
    public void EveryCodeIsThereInGerman()
    {
        var codes = Code().Matches(File.ReadAllText(Path.Combine(PortalFiles.Root, "docs", "refusals.md"))).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

        Assert.True(codes.Count > 250, "The codes were not found.");
        Assert.Empty(codes.Except(Told.KnownCodes));
        Assert.Empty(Told.KnownCodes.Except(codes));
    }

    [Fact]
    public void BothLanguagesKeepTheSameFigures() => Assert.Empty(
        from sentence in Told.Sentences
        where !Value().Matches(sentence.English).Select(match => match.Value).Order().SequenceEqual(Value().Matches(sentence.German).Select(match => match.Value).Order())
        select $"{sentence.English} | {sentence.German}");

    [Theory]
    [InlineData("An organization has at most 1,000 members.", "Eine Organisation hat höchstens 1.000 Mitglieder.")]
    [InlineData("qt_a costs USD 12,345.50; the limit is USD 10,000.00.", "qt_a kostet 12.345,50\u00a0$; die Grenze ist 10.000,00\u00a0$.")]
    [InlineData("The deadline was 2027-03-01T10:00:00Z.", "Die Frist lief bis 1. März 2027, 11:00.")]
    [InlineData("The reservation is awaiting deposit.", "Die Reservierung steht auf: Wartet auf Kaution.")]
    [InlineData("GPU 3 uses 8 of 16 PCIe lanes.", "GPU 3 nutzt 8 von 16 PCIe-Bahnen.")]
    [InlineData("The deposit did not come in time.", "Die Kaution kam nicht rechtzeitig.")]
    [InlineData("Expected 1 to 200 characters.", "Erwartet werden 1 bis 200 Zeichen.")]
    public void ASentenceIsToldInGermanWithItsFigures(string english, string german) => Assert.Equal(german, German.Said(english));

    [Fact]
    public void InEnglishTooTimeAndMoneyAreWrittenAsTheViewerWritesThem()
    {
        Assert.Equal("The deadline was 1 Mar 2027, 11:00.", English.Said("The deadline was 2027-03-01T10:00:00Z."));
        Assert.Equal("Whatever else is said.", English.Said("Whatever else is said.", "busy"));
    }

    [Fact]
    public void WhatNobodyKnowsIsToldByItsCodeAndKeepsItsFigures()
    {
        Assert.Equal("Das Angebot ist abgelaufen. Fordern Sie ein neues an.", German.Said("Too late for it.", "quote_expired"));
        Assert.Equal("Das Angebot ist abgelaufen. Fordern Sie ein neues an. (Too late by 12 s.)", German.Said("Too late by 12 s.", "quote_expired"));
        Assert.Equal("Das Angebot ist abgelaufen. Fordern Sie ein neues an.", German.Said("quote_expired", "quote_expired"));
        Assert.Equal("Somebody's own words.", German.Said("Somebody's own words."));
        Assert.Equal("", German.Said(null));
    }

    [Fact]
    public void SentencesAreReadFromTheCallsThatSayThem() => Assert.Equal(
        ["At most {0} of {1}.", "It came {0}, or \"later\": {1}.", "Not {0}"],
        ApiSentences.In("""
            // Refusal.Of(X.Y, "Not this.")
            _ = Refusal.Of(X.Y, $"At most {(a > 1 ? "one two" : b.Of("c"))} of {most:N0}.");
            faults.Require(a == '"', "field", Code, $"It came {at}, or \"later\": {why}.");
            throw Problem.NotFound("Not " + name);
            Log("Not this either.");
            """));

    [GeneratedRegex(@"^\| `([a-z_]+)` \| \d{3} \|", RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Value();
}
