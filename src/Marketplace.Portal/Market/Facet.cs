namespace Marketplace.Portal.Market;

/// <summary>A value one can filter by.</summary>
/// <param name="Value">What goes into the address.</param>
/// <param name="Name">Its name.</param>
/// <param name="Count">Offers left with it.</param>
public sealed record Facet(string Value, string Name, int Count);
