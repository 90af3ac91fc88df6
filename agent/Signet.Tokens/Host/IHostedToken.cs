using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Tokens.Host;

/// <summary>The token that a host owns: a PKCS#11 token or a PFX file. What happens to it goes to the host's feed.</summary>
/// <remarks>Safe for use by several threads at once. Nothing here logs in by itself; a token that needs no PIN may become ready by itself.</remarks>
internal interface IHostedToken : IAsyncDisposable
{
    /// <summary>The keys, as read at the last unlock.</summary>
    /// <exception cref="SigningException">TOKEN_LOCKED, TOKEN_ABSENT or TOKEN_FAILED where the token is not ready.</exception>
    IReadOnlyList<TokenKey> Keys { get; }

    /// <summary>Begins to look for the token.</summary>
    void Start();

    /// <summary>Logs in. Harmless where the token is ready already.</summary>
    /// <param name="attempt">Who wants it and with what; its secret is zeroed when this ends.</param>
    /// <exception cref="SigningException">INVALID_REQUEST for a wrong PIN, TOKEN_ABSENT, TOKEN_FAILED.</exception>
    Task UnlockAsync(UnlockAttempt attempt);

    /// <summary>Logs out after the signatures that run. Harmless where the token is locked already.</summary>
    /// <param name="account">Who wants it; empty for nobody.</param>
    /// <param name="detail">Why.</param>
    /// <param name="byOperator">Whether an operator wants it: then a token that needs no PIN stays locked until an operator unlocks it.</param>
    /// <exception cref="SigningException">TOKEN_FAILED: it is locked, and may be ready by itself after a restart.</exception>
    Task LockAsync(string account, string detail, bool byOperator = false);

    /// <summary>What the token is and which PINs it takes.</summary>
    /// <exception cref="SigningException">TOKEN_ABSENT or TOKEN_FAILED; INVALID_REQUEST for a token that has no PIN.</exception>
    Task<TokenPinRules> ReadPinRulesAsync();

    /// <summary>Finds out whether the token takes a PIN; it is locked before and after.</summary>
    /// <param name="attempt">Who wants it, and the PIN. The caller disposes of the secret.</param>
    /// <exception cref="SigningException">The token did not take it: INVALID_REQUEST for a wrong PIN.</exception>
    Task ProvePinAsync(UnlockAttempt attempt);

    /// <summary>Changes the PIN; the token is locked then.</summary>
    /// <param name="attempt">Who wants it, and the PIN so far; its secret is zeroed when this ends.</param>
    /// <param name="newPin">As <see cref="ReadPinRulesAsync"/> wants it. The caller zeroes it.</param>
    /// <exception cref="SigningException">
    /// INVALID_REQUEST: the PIN is unchanged, for certain. Anything else: it may have changed.
    /// </exception>
    Task ChangePinAsync(UnlockAttempt attempt, byte[] newPin);

    /// <summary>Shows how far an unlock by a quorum has come; null for not begun.</summary>
    Task ShowProgressAsync(string? progress);

    /// <summary>Signs a digest.</summary>
    /// <param name="keyReference">What the key is asked for under (<see cref="TokenKey.Reference"/>).</param>
    /// <param name="digest">As long as the mechanism says.</param>
    /// <param name="mechanism">How to sign.</param>
    /// <param name="requestId">The request, for a key that wants its PIN at each use.</param>
    /// <param name="cancellationToken">Takes the request out of the queue while it has not begun.</param>
    /// <exception cref="SigningException">TOKEN_LOCKED, TOKEN_ABSENT, TOKEN_FAILED, QUEUE_FULL or INVALID_REQUEST or KEY_UNUSABLE.</exception>
    Task<byte[]> SignAsync(
        string keyReference, ReadOnlyMemory<byte> digest, SignatureMechanism mechanism, string requestId,
        CancellationToken cancellationToken);

    /// <summary>Keeps the PIN of a key that wants it at each use, for one request.</summary>
    /// <param name="account">The operator.</param>
    /// <param name="request">What it is for.</param>
    /// <param name="pin">The PIN; zeroed when it is used up.</param>
    /// <exception cref="SigningException">INVALID_REQUEST, or the token is not ready.</exception>
    void GiveKeyPin(string account, GiveKeyPinRequest request, Secret pin);
}

/// <summary>One attempt to unlock.</summary>
/// <param name="Account">The operator, as the operating system says.</param>
/// <param name="Secret">PIN or password; null for the token's own PIN pad.</param>
/// <param name="AcceptFinalTry">Go on although one more wrong PIN blocks the token.</param>
/// <param name="FromQuorum">Whether a quorum put the PIN together.</param>
/// <param name="WithoutPin">Whether the token is to be made ready without any PIN; then there is no secret.</param>
internal sealed record UnlockAttempt(
    string Account, Secret? Secret, bool AcceptFinalTry, bool FromQuorum = false, bool WithoutPin = false);

/// <summary>What a token is and which PINs it takes.</summary>
/// <param name="Serial">Serial number.</param>
/// <param name="ShortestPin">Bytes; 0 where the token does not say.</param>
/// <param name="LongestPin">Bytes, 1 or more; null where the token does not say.</param>
/// <param name="HasPinPad">Whether the PIN is typed on the token's own pad.</param>
internal sealed record TokenPinRules(string Serial, int ShortestPin, int? LongestPin, bool HasPinPad = false);
