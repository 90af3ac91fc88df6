using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Signet.Agent.Access;

/// <summary>Name and secret from an <c>authorization</c> header of the Basic scheme (RFC 7617, charset UTF-8).</summary>
/// <remarks>Its text form leaves the secret out.</remarks>
internal sealed class BasicCredential
{
    private const string Scheme = "Basic ";
    private const int MaxHeaderLength = 4096;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _secret;

    private BasicCredential(string name, byte[] secret)
    {
        Name = name;
        _secret = secret;
    }

    /// <summary>The credential's name; not empty, no colon, no control character.</summary>
    public string Name { get; }

    /// <summary>The secret in UTF-8; not empty, no control character.</summary>
    public ReadOnlySpan<byte> Secret => _secret;

    /// <summary>Reads the header's value. Takes one spelling of base64 alone, with its padding.</summary>
    /// <param name="authorization">Value of the header; null where there is none.</param>
    /// <param name="credential">Null where the value is no Basic credential.</param>
    public static bool TryParse(string? authorization, [NotNullWhen(true)] out BasicCredential? credential)
    {
        credential = null;
        if (authorization is null || authorization.Length > MaxHeaderLength
            || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || Decode(authorization[Scheme.Length..]) is not { } text)
        {
            return false;
        }

        // The name ends at the first colon; the secret may hold more (RFC 7617 section 2).
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || colon == text.Length - 1 || text.Any(char.IsControl))
        {
            return false;
        }

        credential = new BasicCredential(text[..colon], Encoding.UTF8.GetBytes(text[(colon + 1)..]));
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static string? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length)
            || Convert.ToBase64String(bytes, 0, length) != base64)
        {
            return null;
        }

        try
        {
            return StrictUtf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
