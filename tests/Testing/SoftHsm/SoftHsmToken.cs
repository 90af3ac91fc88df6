using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Signet.Testing.Tools;

namespace Signet.Testing.SoftHsm;

/// <summary>
/// A SoftHSM2 token in a store of its own. Everything is done by softhsm2-util and pkcs11-tool, never by Signet's own
/// code; a process that uses the token needs <see cref="Environment"/>.
/// </summary>
public sealed class SoftHsmToken
{
    private const string ConfigurationVariable = "SOFTHSM2_CONF";

    private readonly string _directory;

    private SoftHsmToken(string directory, string label, string userPin, string soPin)
    {
        _directory = directory;
        Label = label;
        UserPin = userPin;
        SoPin = soPin;
        Environment = new Dictionary<string, string> { [ConfigurationVariable] = ConfigurationFile };
    }

    /// <summary>Where Debian installs the module.</summary>
    public static string ModulePath => "/usr/lib/softhsm/libsofthsm2.so";

    public string Label { get; }

    public string UserPin { get; }

    public string SoPin { get; }

    /// <summary>Serial number of the token, from CK_TOKEN_INFO.</summary>
    public string Serial { get; private set; } = string.Empty;

    /// <summary>Id of the slot that SoftHSM gave the token.</summary>
    public ulong Slot { get; private set; }

    /// <summary>What a process needs in its environment to see this token.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>The softhsm2.conf of the store.</summary>
    public string ConfigurationFile => Path.Combine(_directory, "softhsm2.conf");

    /// <summary>The directory with the token's objects.</summary>
    public string Store => Path.Combine(_directory, "tokens");

    /// <summary>Makes a token; another one in the same directory where there is one already.</summary>
    /// <param name="directory">Where the store lies; it is made if needed.</param>
    /// <param name="label">Label of the token.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="userPin">User PIN; null for a random one.</param>
    public static async Task<SoftHsmToken> CreateAsync(
        string directory, string label, CancellationToken cancellationToken, string? userPin = null)
    {
        var token = new SoftHsmToken(directory, label, userPin ?? RandomPin(), RandomPin());
        var others = File.Exists(token.ConfigurationFile) ? await token.ListAsync(cancellationToken) : [];
        await token.WriteConfigurationAsync(cancellationToken);
        await token.RunAsync(
            "softhsm2-util",
            ["--init-token", "--free", "--label", label, "--pin", token.UserPin, "--so-pin", token.SoPin],
            cancellationToken);
        var known = others.Select(other => other.Serial).ToHashSet(StringComparer.Ordinal);
        (token.Slot, _, token.Serial) = (await token.ListAsync(cancellationToken)).Single(
            entry => entry.Label == label && !known.Contains(entry.Serial));
        return token;
    }

    /// <summary>Makes a key pair on the token that cannot leave it.</summary>
    /// <param name="label">CKA_LABEL of both halves.</param>
    /// <param name="type">As pkcs11-tool names it: rsa:3072, rsa:4096, EC:prime256v1, EC:secp384r1, EC:secp521r1.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="extractable">Whether the key can leave the token after all.</param>
    /// <param name="usage">--usage-sign or --usage-decrypt.</param>
    /// <param name="alwaysAuthenticate">Whether it wants the PIN at each use (CKA_ALWAYS_AUTHENTICATE).</param>
    public Task GenerateKeyAsync(
        string label, string type, CancellationToken cancellationToken, bool extractable = false, bool alwaysAuthenticate = false,
        string usage = "--usage-sign")
    {
        List<string> arguments =
            ["--keypairgen", usage, "--key-type", type, "--label", label, "--id", IdOf(label)];
        if (extractable)
        {
            arguments.Add("--extractable");
        }

        if (alwaysAuthenticate)
        {
            arguments.Add("--always-auth");
        }

        return Pkcs11ToolAsync(arguments, cancellationToken);
    }

    /// <summary>Puts a key that was made outside onto the token.</summary>
    public async Task ImportKeyAsync(string label, AsymmetricAlgorithm key, CancellationToken cancellationToken)
    {
        var file = Path.Combine(_directory, $"import-{IdOf(label)}.pem");
        await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem(), cancellationToken);
        try
        {
            await RunAsync(
                "softhsm2-util",
                ["--import", file, "--slot", Slot.ToString(CultureInfo.InvariantCulture), "--label", label, "--id", IdOf(label), "--pin", UserPin],
                cancellationToken);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Puts a certificate onto the token, beside the key with the same label.</summary>
    public async Task ImportCertificateAsync(string label, X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        var file = Path.Combine(_directory, $"certificate-{IdOf(label)}.der");
        await File.WriteAllBytesAsync(file, certificate.RawData, cancellationToken);
        await Pkcs11ToolAsync(
            ["--write-object", file, "--type", "cert", "--label", label, "--id", IdOf(label)], cancellationToken);
        File.Delete(file);
    }

    /// <summary>The public half of a key as DER SubjectPublicKeyInfo.</summary>
    public async Task<byte[]> ReadPublicKeyAsync(string label, CancellationToken cancellationToken)
    {
        var shown = await DescribeAsync(label, "pubkey", cancellationToken);
        if (shown.TryGetValue("EC_POINT", out var point))
        {
            // pkcs11-tool of OpenSC 0.23 cannot write P-384 and P-521 keys itself, so they are put together here.
            return EllipticSpki(Convert.FromHexString(shown["EC_PARAMS"]), Convert.FromHexString(point));
        }

        var file = Path.Combine(_directory, $"public-{IdOf(label)}.der");
        await Pkcs11ToolAsync(
            ["--read-object", "--type", "pubkey", "--id", IdOf(label), "--output-file", file], cancellationToken);
        return await File.ReadAllBytesAsync(file, cancellationToken);
    }

    /// <summary>What pkcs11-tool shows of one object, by the names that it prints ("Access", "Usage", "EC_POINT", ...).</summary>
    /// <param name="label">Label of the object.</param>
    /// <param name="type">privkey, pubkey or cert.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyDictionary<string, string>> DescribeAsync(
        string label, string type, CancellationToken cancellationToken)
    {
        var shown = await Pkcs11ToolAsync(["--list-objects", "--type", type], cancellationToken);
        var objects = new List<Dictionary<string, string>>();
        foreach (var line in shown.Output.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (!line.StartsWith(' '))
            {
                objects.Add([]);
            }
            else if (colon > 0 && objects.Count > 0)
            {
                objects[^1][line[..colon].Trim()] = line[(colon + 1)..].Trim();
            }
        }

        return objects.Single(entry => entry.GetValueOrDefault("label") == label);
    }

    /// <summary>Runs pkcs11-tool on this token, logged in.</summary>
    public Task<ProgramResult> Pkcs11ToolAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) => RunAsync(
        "pkcs11-tool",
        ["--module", ModulePath, "--slot", Slot.ToString(CultureInfo.InvariantCulture), "--login", "--pin", UserPin, .. arguments],
        cancellationToken);

    /// <summary>CKA_ID that this class gives to objects with a label, in hexadecimal digits.</summary>
    public static string IdOf(string label) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(label)).AsSpan(0, 8));

    // RFC 5480 section 2: the algorithm with the curve's parameters, then the point as a bit string
    private static byte[] EllipticSpki(byte[] parameters, byte[] derPoint)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.10045.2.1");
                writer.WriteEncodedValue(parameters);
            }

            writer.WriteBitString(AsnDecoder.ReadOctetString(derPoint, AsnEncodingRules.DER, out _));
        }

        return writer.Encode();
    }

    private static string RandomPin() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private async Task WriteConfigurationAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Store);
        await File.WriteAllTextAsync(
            ConfigurationFile,
            $"directories.tokendir = {Store}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n",
            cancellationToken);
    }

    private async Task<List<(ulong Slot, string Label, string Serial)>> ListAsync(CancellationToken cancellationToken)
    {
        var found = new List<(ulong, string, string)>();
        ulong slot = 0;
        var serial = string.Empty;
        var shown = await RunAsync("softhsm2-util", ["--show-slots"], cancellationToken);
        foreach (var line in shown.Output.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith("Slot ", StringComparison.Ordinal)
                && ulong.TryParse(line[5..], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                slot = id;
            }
            else if (line.StartsWith("Serial number:", StringComparison.Ordinal))
            {
                serial = line["Serial number:".Length..].Trim();
            }
            else if (line.StartsWith("Label:", StringComparison.Ordinal) && serial.Length > 0)
            {
                found.Add((slot, line["Label:".Length..].Trim(), serial));
            }
        }

        return found;
    }

    private Task<ProgramResult> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        ExternalProgram.RunSuccessfullyAsync(program, arguments, cancellationToken, environment: Environment);
}
