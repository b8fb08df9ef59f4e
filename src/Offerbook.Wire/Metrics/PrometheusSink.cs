using System.Globalization;
using System.Text;

namespace Offerbook.Wire.Metrics;

/// <summary>
/// Gathers metrics as Prometheus' text format 0.0.4: families sorted by name, each with its type, its samples together. Names begin
/// with <c>offerbook_</c>, those of counters end in <c>_total</c>.
/// </summary>
public sealed class PrometheusSink : IMetricSink
{
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private string _scope = "";
    private string _prefix = "";

    public void Add(MetricKind kind, string name, double value, string? family = null, params ReadOnlySpan<MetricLabel> labels)
    {
        if (family == "")
        {
            return;
        }
        var counter = kind == MetricKind.Counter;
        var full = "offerbook_" + (family ?? Words(_prefix + name)) + (counter ? "_total" : "");
        Sample(Of(full, counter ? "counter" : "gauge"), full, labels, null, value);
    }

    public void Add(string name, SampleSummary samples, string? family = null, params ReadOnlySpan<MetricLabel> labels)
    {
        var full = "offerbook_" + (family ?? Words(_prefix + name));
        var lines = Of(full, "summary");
        if (samples.Window.Length > 0)
        {
            foreach (var (_, share) in SampleSummary.Percentiles)
            {
                Sample(lines, full, labels, new MetricLabel("quantile", share.ToString(CultureInfo.InvariantCulture)),
                    samples.Percentile(share));
            }
        }
        Sample(lines, full + "_sum", labels, null, samples.Sum);
        Sample(lines, full + "_count", labels, null, samples.Count);
    }

    public void Add(string name, Histogram histogram, string family, params ReadOnlySpan<MetricLabel> labels)
    {
        var full = "offerbook_" + family;
        var lines = Of(full, "histogram");
        var within = 0L;
        for (var i = 0; i < histogram.Buckets.Length; i++)
        {
            within += histogram.Buckets[i];
            var bound = i < histogram.BoundsSeconds.Count ? Number(histogram.BoundsSeconds[i]) : "+Inf";
            Sample(lines, full + "_bucket", labels, new MetricLabel("le", bound), within);
        }
        Sample(lines, full + "_sum", labels, null, histogram.SumSeconds);
        Sample(lines, full + "_count", labels, null, within);
    }

    public void Enter(string prefix, params ReadOnlySpan<MetricLabel> labels)
    {
        _prefix = prefix;
        var text = new StringBuilder();
        foreach (var label in labels)
        {
            Append(text, label);
        }
        _scope = text.ToString();
    }

    public void Leave() => (_prefix, _scope) = ("", "");

    public byte[] ToUtf8()
    {
        var text = new StringBuilder();
        foreach (var (name, family) in _families)
        {
            text.Append("# TYPE ").Append(name).Append(' ').Append(family.Type).Append('\n').Append(family.Lines);
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private Family Of(string name, string type)
    {
        if (!_families.TryGetValue(name, out var family))
        {
            _families.Add(name, family = new Family(type, new StringBuilder()));
        }
        return family;
    }

    private void Sample(Family family, string name, ReadOnlySpan<MetricLabel> labels, MetricLabel? last, double value)
    {
        var text = family.Lines;
        text.Append(name);
        var open = text.Length;
        text.Append(_scope);
        foreach (var label in labels)
        {
            Append(text, label);
        }
        if (last is { } more)
        {
            Append(text, more);
        }
        if (text.Length > open)
        {
            text[open] = '{'; // Each label brings a comma before it.
            text.Append('}');
        }
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static void Append(StringBuilder text, MetricLabel label)
    {
        text.Append(',').Append(label.Name).Append("=\"");
        foreach (var letter in label.Value)
        {
            switch (letter)
            {
                case '\\' or '"':
                    text.Append('\\').Append(letter);
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                default:
                    text.Append(letter);
                    break;
            }
        }
        text.Append('"');
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value)
            ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Words(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));

    private sealed record Family(string Type, StringBuilder Lines);
}
