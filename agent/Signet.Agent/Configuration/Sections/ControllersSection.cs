using Signet.Agent.Configuration.Reading;
using Signet.Agent.Configuration.Yaml;

namespace Signet.Agent.Configuration.Sections;

/// <summary>Reads <c>controllers</c>: the Jenkins servers and their pinned client certificates.</summary>
internal static class ControllersSection
{
    /// <summary>Reads the section.</summary>
    public static IReadOnlyList<ControllerConfiguration> Read(SectionReader root)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return
        [
            .. root.Sections("controllers", ConfigurationSchema.Controller)
                .Select(section => new ControllerConfiguration(section.DeclaredName("controller"), ReadPins(section, seen))),
        ];
    }

    private static List<byte[]> ReadPins(SectionReader section, HashSet<string> seen)
    {
        var pins = new List<byte[]>();
        foreach (var scalar in PinScalars(section))
        {
            if (Sha256Pin.Parse(scalar.Value) is not { } pin)
            {
                section.Context.Issues.Add(
                    scalar,
                    "a pinned certificate is written sha256: and 64 hexadecimal digits, as printed by: "
                    + "openssl x509 -in client.pem -noout -fingerprint -sha256");
                continue;
            }

            // One certificate for two controllers would leave open who calls.
            if (!seen.Add(Convert.ToHexString(pin)))
            {
                section.Context.Issues.Add(scalar, "this client certificate is pinned twice; each controller has its own");
            }

            pins.Add(pin);
        }

        return pins;
    }

    private static IReadOnlyList<YamlScalar> PinScalars(SectionReader section) =>
        section.Find("certificate") is YamlSequence
            ? section.Scalars("certificate", required: true)
            : section.Scalar("certificate", required: true) is { } single ? [single] : [];
}
