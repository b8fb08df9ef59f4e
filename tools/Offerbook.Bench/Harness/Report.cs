using System.Globalization;
using System.Text.Json;

namespace Offerbook.Bench.Harness;

internal static class Report
{
    public static void WriteTable(IBenchmark benchmark, BenchRun run, TextWriter output)
    {
        output.WriteLine($"{benchmark.Name}: {benchmark.Summary}");
        output.WriteLine($"{Machine.Describe()}; the load average stands beside each figure");
        output.WriteLine();
        var nameWidth = Width(run, f => f.Name, "figure");
        var valueWidth = Width(run, f => Number(f.Value), "value");
        var unitWidth = Width(run, f => f.Unit, "unit");
        output.WriteLine($"{"figure".PadRight(nameWidth)}  {"value".PadLeft(valueWidth)}  {"unit".PadRight(unitWidth)}  {"load",5}  note");
        foreach (var figure in run.Figures)
        {
            var value = Number(figure.Value).PadLeft(valueWidth);
            var load = figure.Load.ToString("0.00", CultureInfo.InvariantCulture);
            output.WriteLine(
                $"{figure.Name.PadRight(nameWidth)}  {value}  {figure.Unit.PadRight(unitWidth)}  {load,5}  {figure.Note}".TrimEnd());
        }
    }

    /// <summary>One line: <c>{"bench":…,"figures":{name:{"value":…,"unit":…,"load":…}}}</c>.</summary>
    public static void WriteJson(IBenchmark benchmark, BenchRun run, TextWriter output)
    {
        var document = new
        {
            bench = benchmark.Name,
            machine = Machine.Describe(),
            options = benchmark.Options.ToDictionary(o => o.Name, o => run.Text(o.Name)),
            figures = run.Figures.ToDictionary(f => f.Name, f => new { value = f.Value, unit = f.Unit, load = f.Load, note = f.Note }),
        };
        output.WriteLine(JsonSerializer.Serialize(document));
    }

    private static int Width(BenchRun run, Func<Figure, string> text, string heading) =>
        run.Figures.Select(f => text(f).Length).Append(heading.Length).Max();

    private static string Number(double value) => Math.Abs(value) >= 100 || value == Math.Truncate(value)
        ? value.ToString("N0", CultureInfo.InvariantCulture)
        : value.ToString("0.###", CultureInfo.InvariantCulture);
}
