namespace Signet.Testing.Stacks;

/// <summary>
/// A PKCS#11 module that this project did not write, with a token behind it that holds two keys. The programs of its maker
/// made both, never Signet's own code.
/// </summary>
public interface ITokenSetup : IAsyncDisposable
{
    /// <summary>What it is, for a report.</summary>
    string Name { get; }

    /// <summary>Where Debian installs the module.</summary>
    string ModulePath { get; }

    /// <summary>What the module wants with C_Initialize; null for nothing.</summary>
    string? InitArguments => null;

    /// <summary>What a process needs in its environment to see the token.</summary>
    IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Label of the token.</summary>
    string TokenLabel { get; }

    /// <summary>Serial number of the token; several modules give all their tokens the same. Empty where the label alone is asked for.</summary>
    string TokenSerial { get; }

    /// <summary>User PIN; null where the token needs none.</summary>
    string? Pin { get; }

    /// <summary>Whether the token's flags tell of a wrong PIN (CKF_USER_PIN_COUNT_LOW).</summary>
    bool FlagsWrongPins => true;

    /// <summary>Whether CKF_LOGIN_REQUIRED is not set.</summary>
    bool SaysNoLogin => Pin is null;

    /// <summary>The keys: an RSA and an elliptic one, or two RSA ones.</summary>
    IReadOnlyList<StackKey> Keys { get; }

    /// <summary>How many wrong PINs the stack itself has noticed; null where it does not tell.</summary>
    Task<int?> CountWrongPinsAsync(CancellationToken cancellationToken) => Task.FromResult<int?>(null);
}

/// <summary>A private key of a stack. One of label and id is enough to find it.</summary>
/// <param name="Label">CKA_LABEL; null where it has none.</param>
/// <param name="Id">CKA_ID in hexadecimal, lower case.</param>
/// <param name="IsElliptic">Whether it is on P-256 rather than RSA-2048.</param>
/// <param name="PublicKey">DER SubjectPublicKeyInfo.</param>
public sealed record StackKey(string? Label, string Id, bool IsElliptic, byte[] PublicKey);
