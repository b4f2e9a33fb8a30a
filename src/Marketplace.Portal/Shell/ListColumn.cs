using Microsoft.AspNetCore.Components;

namespace Marketplace.Portal.Shell;

/// <summary>A column of a list.</summary>
/// <typeparam name="TItem">What the list holds.</typeparam>
/// <param name="Title">Its heading, in the viewer's language.</param>
/// <param name="Text">What it says of an item: shown unless there is a cell, searched, and exported.</param>
/// <param name="Key">What it is sorted by; null for its text.</param>
/// <param name="Cell">How it is shown; null for its text.</param>
/// <param name="IsNumber">Whether figures stand under each other.</param>
public sealed record ListColumn<TItem>(string Title, Func<TItem, string> Text, Func<TItem, IComparable?>? Key = null, RenderFragment<TItem>? Cell = null, bool IsNumber = false);
