using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Signet.Agent.Configuration.Yaml;

namespace Signet.Agent.Configuration.Reading;

/// <summary>Reads certificate files that the configuration names. A file that does not do becomes an issue.</summary>
internal static class CertificateFile
{
    /// <summary>Largest certificate or key file in bytes.</summary>
    private const int MaxFileBytes = 1 << 20;

    /// <summary>Reads a chain: the certificate itself first, then each one's issuer. PEM, or DER for a single one.</summary>
    /// <param name="place">Where the file is named.</param>
    /// <param name="path">Absolute path.</param>
    /// <param name="context">Takes the issues.</param>
    /// <returns>Empty where there is an issue.</returns>
    public static IReadOnlyList<X509Certificate2> ReadChain(YamlScalar place, string path, ReadContext context)
    {
        var certificates = ReadAll(place, path, context);
        for (var i = 1; i < certificates.Count; i++)
        {
            if (!certificates[i - 1].IssuerName.RawData.AsSpan().SequenceEqual(certificates[i].SubjectName.RawData))
            {
                context.Issues.Add(
                    place,
                    $"the certificates in {Shown.Short(path, 200)} are not in order: number {i + 1} "
                    + $"({Shown.Short(certificates[i].Subject)}) did not issue number {i} "
                    + $"({Shown.Short(certificates[i - 1].Subject)}). Put the certificate itself first, then its issuer");
                return [];
            }
        }

        return certificates;
    }

    /// <summary>Reads certificates in any order.</summary>
    /// <returns>Empty where there is an issue.</returns>
    public static IReadOnlyList<X509Certificate2> ReadAll(YamlScalar place, string path, ReadContext context)
    {
        if (ReadBytes(place, path, context) is not { } bytes)
        {
            return [];
        }

        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(Encoding.Latin1.GetString(bytes));
            if (certificates.Count == 0)
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(bytes));
            }

            return [.. certificates];
        }
        catch (CryptographicException)
        {
            context.Issues.Add(place, $"{Shown.Short(path, 200)} holds no certificate in PEM or DER form");
            return [];
        }
    }

    /// <summary>Reads a file of at most 1 MB.</summary>
    /// <returns>Null where there is an issue.</returns>
    public static byte[]? ReadBytes(YamlScalar place, string path, ReadContext context)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > MaxFileBytes)
            {
                context.Issues.Add(place, $"{Shown.Short(path, 200)} is larger than {Quantity.ShowSize(MaxFileBytes)}");
                return null;
            }

            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Issues.Add(place, $"{Shown.Short(path, 200)} cannot be read: {Shown.Short(Reason(exception), 200)}");
            return null;
        }
    }

    private static string Reason(Exception exception) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => "this account may not read it",
        _ => exception.Message,
    };
}
