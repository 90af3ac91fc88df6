using Signet.Agent.Configuration;
using Signet.Protocol.V1;

namespace Signet.Agent.Access;

/// <summary>
/// Finds the controller that a client certificate belongs to. The certificate is pinned by its SHA-256, so no authority
/// can issue another one; TLS has proven that the caller holds its private key.
/// </summary>
/// <remarks>Immutable.</remarks>
internal sealed class ControllerAuthenticator
{
    private readonly Dictionary<string, ControllerConfiguration> _byPin;

    /// <summary>Takes the pins of all controllers.</summary>
    public ControllerAuthenticator(IEnumerable<ControllerConfiguration> controllers) => _byPin = controllers
        .SelectMany(controller => controller.CertificateSha256.Select(pin => (Pin: Convert.ToHexString(pin), controller)))
        .ToDictionary(pair => pair.Pin, pair => pair.controller, StringComparer.Ordinal);

    /// <summary>The controller with this certificate.</summary>
    /// <param name="certificate">Client certificate of the connection; null for none.</param>
    /// <param name="now">Moment for which validity is judged.</param>
    /// <exception cref="AccessRefusedException">None, unknown, outside its validity, or not for clients.</exception>
    public ControllerConfiguration Authenticate(PresentedCertificate? certificate, DateTimeOffset now)
    {
        if (certificate is null)
        {
            throw Refuse(
                RefusalKind.NoCertificate,
                "The call came without a client certificate. Configure the controller's certificate for this agent.");
        }

        if (!_byPin.TryGetValue(certificate.Pin, out var controller))
        {
            throw Refuse(
                RefusalKind.UnknownCertificate,
                "The client certificate is not one of a known controller. Ask the operators of the signing node to add its "
                + "SHA-256 fingerprint.");
        }

        if (now >= certificate.NotAfter)
        {
            throw Refuse(
                RefusalKind.ExpiredCertificate, "The client certificate has expired. Renew it and have the new one added.", controller);
        }

        if (now < certificate.NotBefore)
        {
            throw Refuse(
                RefusalKind.NotYetValidCertificate,
                "The client certificate is not valid yet. Compare the clocks of controller and signing node.", controller);
        }

        return certificate.IsForClients
            ? controller
            : throw Refuse(
                RefusalKind.WrongCertificateUsage,
                "The client certificate is not meant for clients: its extended key usage lacks clientAuth.", controller);
    }

    private static AccessRefusedException Refuse(
        RefusalKind kind, string detail, ControllerConfiguration? controller = null) =>
        new(kind, ErrorReason.Unauthenticated, detail) { Controller = controller?.Name };
}
