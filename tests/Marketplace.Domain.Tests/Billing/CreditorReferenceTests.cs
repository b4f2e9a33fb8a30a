using CsCheck;
using Marketplace.Domain.Billing;
using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Tests.Billing;

public sealed class CreditorReferenceTests
{
    [Fact]
    public void The_standards_own_example_has_right_check_digits()
    {
        Assert.Equal("RF18539007547034", CreditorReference.WithCheckDigits("539007547034"));
        Assert.True(CreditorReference.IsValid("RF18539007547034"));
        Assert.False(CreditorReference.IsValid("RF18539007547043"));
    }

    [Fact]
    public void An_invoices_reference_is_found_in_what_people_write()
    {
        var reference = CreditorReference.Of(InvoiceId.From("inv_1"));

        Assert.Equal(20, reference.Length);
        Assert.Equal(reference, CreditorReference.FindIn($"Rent March, ref. {CreditorReference.ForPeople(reference).ToLowerInvariant()} thank you"));
        Assert.Null(CreditorReference.FindIn("INV-Q7ZK2M-000003"));
        Assert.Null(CreditorReference.FindIn(null));
    }

    [Fact]
    public void One_wrong_or_two_swapped_digits_are_noticed() => Gen.Select(Gen.Long[0, 999_999_999_999], Gen.Int[4, 14], Gen.Int[0, 9]).Sample((number, at, other) =>
    {
        var reference = CreditorReference.WithCheckDigits($"{number:D12}");
        var wrong = reference.ToCharArray();
        wrong[at] = (char)('0' + other);
        var swapped = reference.ToCharArray();
        (swapped[at], swapped[at + 1]) = (swapped[at + 1], swapped[at]);

        Assert.Equal(wrong[at] == reference[at], CreditorReference.IsValid(new string(wrong)));
        Assert.Equal(reference[at] == reference[at + 1], CreditorReference.IsValid(new string(swapped)));
    });
}
