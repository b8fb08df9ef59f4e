using Mesos.V1;
using Offerbook.Wire.Json;

namespace Offerbook.Agent.Registration;

/// <summary>An agent's fault domain in the form of its flag, a DomainInfo as JSON.</summary>
public static class DomainText
{
    private const string Example = """{"fault_domain":{"region":{"name":"eu"},"zone":{"name":"a"}}}""";

    /// <returns>Null when there is none.</returns>
    /// <exception cref="FormatException">The text is not right.</exception>
    public static DomainInfo? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }
        if (!MesosJson.Read<DomainInfo>(text).TryGet(out var domain, out var error))
        {
            throw new FormatException($"The fault domain '{text}' is not right: {error.Detail}. An example: {Example}");
        }
        return domain.FaultDomain is { Region.Name.Length: > 0, Zone.Name.Length: > 0 }
            ? domain
            : throw new FormatException($"The fault domain '{text}' must name a region and a zone. An example: {Example}");
    }
}
