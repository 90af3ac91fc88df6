using System.Formats.Asn1;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats.Authenticode.Verification;

namespace Signet.Formats.Msix.Verification;

/// <summary>
/// Verifies the signature of an app package. It shares no code with what signs but names and errors: files are read by
/// .NET's ZipArchive, the directory by a parser of its own, the block map by LINQ to XML, the signature by SignedCms.
/// </summary>
internal static class PackageVerifier
{
    private const string PackageProvider = "4bdfc50a07cee24db76e23c839a09fd1";
    private const string BundleProvider = "b3585f0fdeaa9a4ba43495742d92eceb";

    /// <summary>Says who signed the package and whether the signature holds.</summary>
    /// <exception cref="SignatureFormatException">It is no app package.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        Stream content, TrustAnchors trust, CancellationToken cancellationToken)
    {
        var directory = await PackageDirectory.ReadAsync(content, cancellationToken).ConfigureAwait(false);
        if (directory.SignatureOffset is not { } signatureOffset)
        {
            return new VerificationReport("msix", []);
        }

        try
        {
            using var files = new PackageContent(new ZipArchive(content, ZipArchiveMode.Read, leaveOpen: true));
            var problems = directory.Problems.Concat(files.Check(cancellationToken)).ToList();
            var p7x = files.Read(PackageFiles.Signature)!;
            if (!p7x.AsSpan().StartsWith("PKCX"u8))
            {
                throw PackageErrors.Malformed($"{PackageFiles.Signature} does not begin with PKCX");
            }

            problems.AddRange(CheckTypes(files));
            var pkcs7 = p7x[4..];
            if (!HasProvider(pkcs7, files.IsBundle ? BundleProvider : PackageProvider))
            {
                problems.Add($"It is not marked as the signature of a {(files.IsBundle ? "bundle" : "package")}.");
            }

            var reports = new List<SignatureReport>();
            foreach (var signature in EmbeddedSignature.ReadWithNested(pkcs7, trust.KnownCertificates))
            {
                var digests = new Dictionary<HashAlgorithmName, byte[]>();
                if (signature.ContentHashAlgorithm is { } algorithm)
                {
                    digests[algorithm] = await DigestAsync(
                        content, signatureOffset, directory.WithoutSignature(), files, algorithm, cancellationToken).ConfigureAwait(false);
                }

                var report = signature.Verify(hash => digests[hash], trust, problems);
                reports.Add(report with { Problems = [.. report.Problems, .. CheckOrigin(report, signature, files)] });
            }

            return new VerificationReport("msix", reports);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw PackageErrors.Malformed("one of its files cannot be read", exception);
        }
    }

    private static async Task<byte[]> DigestAsync(
        Stream content, long signatureOffset, byte[] directory, PackageContent files, HashAlgorithmName algorithm,
        CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(algorithm);
        using var digest = new MemoryStream();
        digest.Write("APPXAXPC"u8);
        content.Position = 0;
        var buffer = new byte[128 << 10];
        for (var left = signatureOffset; left > 0;)
        {
            var count = await content.ReadAsync(
                buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                throw new EndOfStreamException();
            }

            hash.AppendData(buffer, 0, count);
            left -= count;
        }

        digest.Write(hash.GetHashAndReset());
        digest.Write("AXCD"u8);
        digest.Write(CryptographicOperations.HashData(algorithm, directory));
        digest.Write("AXCT"u8);
        digest.Write(files.Hash(PackageFiles.ContentTypes, algorithm));
        digest.Write("AXBM"u8);
        digest.Write(files.Hash(PackageFiles.BlockMap, algorithm));
        if (files.Hash(PackageFiles.CodeIntegrity, algorithm) is { } catalog)
        {
            digest.Write("AXCI"u8);
            digest.Write(catalog);
        }

        return digest.ToArray();
    }

    private static IEnumerable<string> CheckOrigin(SignatureReport report, EmbeddedSignature signature, PackageContent files)
    {
        if (signature.ContentHashAlgorithm is { } algorithm && files.BlockMapHash is { } expected && algorithm != expected)
        {
            yield return "Its hash is not the one of the block map.";
        }

        if (report.Signer is { } signer && !IsPublisher(files.Publisher, signer))
        {
            yield return $"The manifest names the publisher '{files.Publisher}', and the certificate is for '{signer.Subject}'.";
        }
    }

    private static bool IsPublisher(string? publisher, X509Certificate2 signer)
    {
        const X500DistinguishedNameFlags Flags = X500DistinguishedNameFlags.UseNewLines | X500DistinguishedNameFlags.DoNotUseQuotes;
        try
        {
            return publisher is not null && new X500DistinguishedName(publisher, X500DistinguishedNameFlags.Reversed).Decode(Flags) == signer.SubjectName.Decode(Flags);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static IEnumerable<string> CheckTypes(PackageContent files)
    {
        var types = System.Text.Encoding.UTF8.GetString(files.Read(PackageFiles.ContentTypes) ?? []);
        if (!types.Contains("/" + PackageFiles.Signature, StringComparison.Ordinal)
            || !types.Contains(PackageFiles.SignatureType, StringComparison.Ordinal))
        {
            yield return "The content types do not name the signature.";
        }
    }

    private static bool HasProvider(byte[] pkcs7, string provider)
    {
        try
        {
            var cms = new SignedCms();
            cms.Decode(pkcs7);
            var data = new AsnReader(cms.ContentInfo.Content, AsnEncodingRules.BER).ReadSequence().ReadSequence();
            data.ReadObjectIdentifier();
            var sip = data.ReadSequence();
            sip.ReadInteger();
            return Convert.ToHexStringLower(sip.ReadOctetString()) == provider;
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException)
        {
            return false;
        }
    }
}
