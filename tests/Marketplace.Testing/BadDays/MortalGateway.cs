using System.Reflection;
using Marketplace.Domain.Billing;
using Marketplace.Grains.Ports;
using Marketplace.Testing.Faults;

namespace Marketplace.Testing.BadDays;

/// <summary>When the process dies at the gateway, and whether the gateway can be reached at all.</summary>
public sealed class GatewayPlan
{
    private readonly Lock _gate = new();
    private int _calls;
    private int? _diesAt;
    private bool _after;

    /// <summary>Whether it answers to nothing, as a gateway that is down.</summary>
    public bool IsDown { get; set; }

    /// <summary>Calls since the plan was last set.</summary>
    public int Calls
    {
        get
        {
            lock (_gate)
            {
                return _calls;
            }
        }
    }

    /// <summary>Counts anew and dies at a call: before it is made, or after and before anyone learns of its answer. Null never dies.</summary>
    public void DieAt(int? call, bool after = false)
    {
        lock (_gate)
        {
            (_calls, _diesAt, _after) = (0, call, after);
        }
    }

    /// <summary>Counts a call.</summary>
    /// <returns>Whether to die before it, and whether after.</returns>
    internal (bool Before, bool After) Count()
    {
        lock (_gate)
        {
            var dies = ++_calls == _diesAt;
            return (dies && !_after, dies && _after);
        }
    }
}

/// <summary>Any gateway, in front of which the process dies by plan: the grain that called learns nothing, and its activation goes.</summary>
public class MortalGateway : DispatchProxy
{
    private IPaymentGateway _inner = null!;
    private GatewayPlan _plan = null!;

    /// <summary>Puts a plan before a gateway.</summary>
    public static IPaymentGateway Around(IPaymentGateway inner, GatewayPlan plan)
    {
        var gateway = Create<IPaymentGateway, MortalGateway>();
        var mortal = (MortalGateway)(object)gateway;
        (mortal._inner, mortal._plan) = (inner, plan);
        return gateway;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var type = targetMethod!.ReturnType;
        if (type == typeof(Task<GatewayAnswer>))
        {
            return CallAsync(targetMethod, args);
        }

        return !_plan.IsDown ? targetMethod.Invoke(_inner, args)
            : type == typeof(Task<GatewayPage<GatewayNotice>?>) ? Task.FromResult<GatewayPage<GatewayNotice>?>(null)
            : type == typeof(Task<GatewayPage<GatewayMovement>?>) ? Task.FromResult<GatewayPage<GatewayMovement>?>(null)
            : targetMethod.Invoke(_inner, args);
    }

    private async Task<GatewayAnswer> CallAsync(MethodInfo method, object?[]? args)
    {
        if (_plan.IsDown)
        {
            return new GatewayAnswer(GatewayOutcome.Unknown, null, "The gateway is down.");
        }

        var (before, after) = _plan.Count();
        if (before)
        {
            throw new InjectedFaultException($"{method.Name}: died before the call.");
        }

        var answer = await (Task<GatewayAnswer>)method.Invoke(_inner, args)!;
        return after ? throw new InjectedFaultException($"{method.Name}: died before anyone learnt the answer {answer.Outcome}.") : answer;
    }
}
