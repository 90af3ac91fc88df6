using Signet.Protocol.V1;

namespace Signet.Tokens;

/// <summary>A token as the agent sees it: its state, its keys, and signatures over digests.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
public interface IToken
{
    /// <summary>Name in the configuration.</summary>
    string Name { get; }

    /// <summary>The state now. <see cref="TokenState.Ready"/> is shown only once the unlock is in the ledger.</summary>
    TokenStatus Status { get; }

    /// <summary>The keys as the token described them last; empty until the token was unlocked once.</summary>
    IReadOnlyList<TokenKey> Keys { get; }

    /// <summary>Raised after each change of <see cref="Status"/> or <see cref="Keys"/>, on any thread.</summary>
    event EventHandler? Changed;

    /// <summary>Signs a digest in the token.</summary>
    /// <param name="keyReference">What the key is asked for under (<see cref="TokenKey.Reference"/>).</param>
    /// <param name="digest">32, 48 or 64 bytes, as the mechanism says.</param>
    /// <param name="mechanism">How to sign.</param>
    /// <param name="requestId">For the logs.</param>
    /// <param name="cancellationToken">Ends the wait; the token may sign all the same.</param>
    /// <returns>RSA: as long as the modulus. ECDSA: r || s.</returns>
    /// <exception cref="Signet.Protocol.Errors.SigningException">
    /// TOKEN_LOCKED, TOKEN_ABSENT, TOKEN_FAILED, QUEUE_FULL, KEY_UNUSABLE or INVALID_REQUEST.
    /// </exception>
    Task<byte[]> SignAsync(
        string keyReference, ReadOnlyMemory<byte> digest, SignatureMechanism mechanism, string requestId,
        CancellationToken cancellationToken);

    /// <summary>Logs out for an operator; the key stays locked, over restarts too, until an operator unlocks it.</summary>
    /// <param name="account">The operator.</param>
    /// <param name="cancellationToken">Ends the wait; the token may be locked all the same.</param>
    /// <exception cref="Signet.Protocol.Errors.SigningException">It is locked, but a restart may make it ready again.</exception>
    Task LockAsync(string account, CancellationToken cancellationToken);
}
