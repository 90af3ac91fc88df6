using System.Globalization;
using System.Security.Cryptography;
using NSec.Cryptography;

namespace Signet.Agent.Access;

/// <summary>
/// A salted Argon2id hash (RFC 9106, version 0x13) of a credential's secret, written in the PHC string form
/// <c>$argon2id$v=19$m=65536,t=3,p=1$SALT$HASH</c> with base64 without padding. Immutable.
/// </summary>
/// <remarks>
/// New hashes take 64 MiB and 3 passes, about 0.15 s. The secrets are random with 256 bits, so this is a second line of
/// defence for a leaked configuration file. The bounds on what is read keep a configuration from stopping the agent.
/// </remarks>
internal sealed class Argon2idHash
{
    /// <summary>How the PHC string begins.</summary>
    public const string Prefix = "$argon2id$";

    /// <summary>Memory of a new hash in KiB.</summary>
    public const int DefaultMemoryKib = 64 * 1024;

    /// <summary>Passes of a new hash.</summary>
    public const int DefaultPasses = 3;

    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private const int MinMemoryKib = 8 * 1024;
    private const int MaxMemoryKib = 256 * 1024;
    private const int MaxPasses = 10;

    private readonly byte[] _salt;
    private readonly byte[] _hash;

    private Argon2idHash(int memoryKib, int passes, byte[] salt, byte[] hash)
    {
        MemoryKib = memoryKib;
        Passes = passes;
        _salt = salt;
        _hash = hash;
    }

    /// <summary>Memory that a verification takes, in KiB; 8,192 to 262,144.</summary>
    public int MemoryKib { get; }

    /// <summary>Passes over the memory, 1 to 10.</summary>
    public int Passes { get; }

    /// <summary>Hashes a secret with a new random salt.</summary>
    public static Argon2idHash Create(ReadOnlySpan<byte> secret) => Create(secret, DefaultMemoryKib, DefaultPasses);

    /// <summary>Hashes a secret with a new random salt and other parameters, within the bounds of the properties.</summary>
    public static Argon2idHash Create(ReadOnlySpan<byte> secret, int memoryKib, int passes)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new Argon2idHash(memoryKib, passes, salt, Derive(secret, salt, memoryKib, passes));
    }

    /// <summary>
    /// A hash that no secret has, so that the check of a credential that does not exist takes as long as that of one that does.
    /// </summary>
    public static Argon2idHash CreateUnmatched(int memoryKib, int passes) => new(
        memoryKib, passes, RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(HashBytes));

    /// <summary>Reads the PHC string form.</summary>
    /// <param name="text">The text. It may be a secret written by mistake, so no part of it comes back.</param>
    /// <param name="hash">The hash; null where the text is not one.</param>
    /// <param name="problem">What is wrong; null where nothing is.</param>
    public static bool TryParse(
        string text,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Argon2idHash? hash,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? problem)
    {
        hash = null;
        problem = null;
        var parts = text.Split('$');
        if (parts.Length != 6 || parts[0].Length != 0 || parts[1] != "argon2id")
        {
            problem = "it does not have the form $argon2id$v=19$m=65536,t=3,p=1$SALT$HASH";
        }
        else if (parts[2] != "v=19")
        {
            problem = "only version 19 of Argon2id is taken";
        }
        else if (ParseParameters(parts[3]) is not var (memoryKib, passes))
        {
            problem = $"its parameters are not m={MinMemoryKib} to {MaxMemoryKib}, t=1 to {MaxPasses}, p=1";
        }
        else if (Decode(parts[4], SaltBytes) is not { } salt || Decode(parts[5], HashBytes) is not { } bytes)
        {
            problem = $"its salt is not {SaltBytes} bytes or its hash not {HashBytes} bytes in base64 without padding";
        }
        else
        {
            hash = new Argon2idHash(memoryKib, passes, salt, bytes);
        }

        return hash is not null;
    }

    /// <summary>Whether this is the hash of the secret. Compares in constant time; takes the time of the parameters.</summary>
    public bool Verify(ReadOnlySpan<byte> secret) =>
        CryptographicOperations.FixedTimeEquals(Derive(secret, _salt, MemoryKib, Passes), _hash);

    /// <summary>The PHC string form.</summary>
    public override string ToString() =>
        $"{Prefix}v=19$m={MemoryKib},t={Passes},p=1${Encode(_salt)}${Encode(_hash)}";

    private static byte[] Derive(ReadOnlySpan<byte> secret, byte[] salt, int memoryKib, int passes)
    {
        var parameters = new Argon2Parameters
        {
            DegreeOfParallelism = 1,
            MemorySize = memoryKib,
            NumberOfPasses = passes,
        };
        return new Argon2id(parameters).DeriveBytes(secret, salt, HashBytes);
    }

    private static (int MemoryKib, int Passes)? ParseParameters(string text)
    {
        var fields = text.Split(',');
        return fields.Length == 3
            && Number(fields[0], "m=") is { } memory and >= MinMemoryKib and <= MaxMemoryKib
            && Number(fields[1], "t=") is { } passes and >= 1 and <= MaxPasses
            && Number(fields[2], "p=") is 1
            ? (memory, passes)
            : null;
    }

    private static int? Number(string field, string prefix) =>
        field.StartsWith(prefix, StringComparison.Ordinal)
        && int.TryParse(field.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <summary>One spelling only: what decodes but is not what <see cref="Encode"/> writes is refused.</summary>
    private static byte[]? Decode(string text, int length)
    {
        var bytes = new byte[length];
        return text.Length == (length * 8 + 5) / 6
            && Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var written)
            && written == length && Encode(bytes) == text
            ? bytes
            : null;
    }
}
