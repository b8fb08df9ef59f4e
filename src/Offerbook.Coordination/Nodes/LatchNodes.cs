using System.Text;

namespace Offerbook.Coordination.Nodes;

/// <summary>
/// Apps and Batch: <c>latch-0000000042</c> below <c>leader-curator</c>, holding <c>host:port</c>: what Marathon's leader latch leaves
/// there, so that a tool that looks for a Marathon finds ours. Nodes of Curator's own (<c>_c_(uuid)-latch-0000000042</c>) count too.
/// </summary>
/// <param name="scheme">Of addresses that name none.</param>
public sealed class LatchNodes(string scheme = "http") : NodeFormat("leader-curator", "latch-")
{
    /// <summary>What a candidate at this address writes into its node.</summary>
    public static ReadOnlyMemory<byte> DataOf(Uri address) => Encoding.UTF8.GetBytes($"{address.Host}:{address.Port}");

    public override int? SequenceOf(string name) =>
        name.Length >= Prefix.Length + 10 && name.AsSpan(0, name.Length - 10).EndsWith(Prefix, StringComparison.Ordinal)
            ? Number(name) : null;

    public override Uri? AddressIn(ReadOnlyMemory<byte> data)
    {
        var text = Encoding.UTF8.GetString(data.Span);
        var full = text.Contains("://", StringComparison.Ordinal) ? text : $"{scheme}://{text}/";
        return Uri.TryCreate(full, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Port > 0 ? uri : null;
    }
}
