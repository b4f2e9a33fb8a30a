using System.Collections.Immutable;
using Marketplace.Domain.Primitives;
using NodaTime;

namespace Marketplace.Domain.Terms;

/// <summary>From an instant on, so many units in all.</summary>
/// <param name="From">A whole UTC hour.</param>
/// <param name="Units">Nodes, or kW of critical IT load; at least 1.</param>
public sealed record RampStep(Instant From, int Units);

/// <summary>A part of a ramp in which the quantity does not change.</summary>
/// <param name="Term">When.</param>
/// <param name="Units">Nodes, or kW of critical IT load.</param>
public sealed record RampSegment(Term Term, int Units);

/// <summary>The committed quantity as steps over one term.</summary>
public sealed record RampSchedule
{
    /// <summary>Most steps in one ramp.</summary>
    public const int MostSteps = 48;

    /// <summary>The whole term.</summary>
    public required Term Term { get; init; }

    /// <summary>The steps in order; the first starts with the term.</summary>
    public ImmutableArray<RampStep> Steps { get; init; } = [];

    /// <summary>Highest quantity of any step.</summary>
    public int PeakUnits() => Steps.Max(step => step.Units);

    /// <summary>The steps as stretches of constant quantity, in order and without gaps.</summary>
    public ImmutableArray<RampSegment> Segments()
    {
        var segments = ImmutableArray.CreateBuilder<RampSegment>(Steps.Length);
        for (var i = 0; i < Steps.Length; i++)
        {
            var end = i + 1 < Steps.Length ? Steps[i + 1].From : Term.End;
            segments.Add(new RampSegment(new Term(Steps[i].From, end), Steps[i].Units));
        }

        return segments.MoveToImmutable();
    }

    /// <summary>Why this is no ramp, or null when it is one.</summary>
    public Refusal? Fault()
    {
        if (Term == default || Steps.Length is 0 or > MostSteps)
        {
            return Refusal.Of(TermsRefusal.RampInvalid, $"Expected a term and 1 to {MostSteps} steps.", "ramp");
        }

        for (var i = 0; i < Steps.Length; i++)
        {
            var (from, units) = Steps[i];
            var inOrder = i == 0 ? from == Term.Start : from > Steps[i - 1].From && from < Term.End;
            if (!inOrder || !Term.IsWholeHour(from))
            {
                return Refusal.Of(TermsRefusal.RampInvalid, "Steps start with the term, ascend, stay inside it and fall on whole UTC hours.", $"ramp[{i}].from");
            }

            if (units is < 1 or > GpuQuantity.Most)
            {
                return Refusal.Of(TermsRefusal.RampInvalid, $"Expected 1 to {GpuQuantity.Most} units.", $"ramp[{i}].units");
            }
        }

        return null;
    }
}
