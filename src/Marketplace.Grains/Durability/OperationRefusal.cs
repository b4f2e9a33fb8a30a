using Marketplace.Domain.Primitives;

namespace Marketplace.Grains.Durability;

/// <summary>Refusals every aggregate can give, whatever its noun.</summary>
public enum OperationRefusal
{
    /// <summary>The idempotency key was used before for something else.</summary>
    [RefusalMeaning("idempotency_key_reused", RefusalKind.Conflict, RefusalClass.Final, "This Idempotency-Key was already used with another body. Repeat the first body, or take a new key.")]
    KeyReused,

    /// <summary>The caller's version is not the present one.</summary>
    [RefusalMeaning("precondition_failed", RefusalKind.Precondition, RefusalClass.Final, "If-Match names another version than the present one; read again first.")]
    VersionChanged,

    /// <summary>The operation log, outbox or commit queue is full.</summary>
    [RefusalMeaning("busy", RefusalKind.Busy, RefusalClass.Retryable, "Too much work is queued here. Nothing was written; repeat the request with the same Idempotency-Key after the pause named in Retry-After.")]
    Busy,
}
