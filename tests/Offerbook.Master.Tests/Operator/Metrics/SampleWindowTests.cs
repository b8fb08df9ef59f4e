using Offerbook.Master.Operator.Metrics;

namespace Offerbook.Master.Tests.Operator.Metrics;

public sealed class SampleWindowTests
{
    [Test]
    public void Percentile_BetweenTwoSamples_LiesOnTheLine()
    {
        var window = new SampleWindow();
        foreach (var value in new[] { 5.0, 1, 4, 2, 3 })
        {
            window.Add(value, TimeSpan.Zero);
        }
        var summary = window.Summarize(TimeSpan.Zero);

        Assert.That(new[] { 0, 0.5, 0.9, 0.99, 1 }.Select(summary.Percentile), Is.EqualTo(new[] { 1, 3, 4.6, 4.96, 5 }).Within(1e-9));
        Assert.That((summary.Last, summary.Count, summary.Sum), Is.EqualTo((3.0, 5L, 15.0)));
    }

    [Test]
    public void Window_Full_KeepsTheNewest()
    {
        var window = new SampleWindow();
        for (var i = 0; i < SampleWindow.Capacity + 10; i++)
        {
            window.Add(i, TimeSpan.Zero);
        }
        var summary = window.Summarize(TimeSpan.Zero);

        Assert.That((summary.Window.Length, summary.Window[0], summary.Last),
            Is.EqualTo((SampleWindow.Capacity, 10.0, SampleWindow.Capacity + 9.0)));
        Assert.That(summary.Count, Is.EqualTo(SampleWindow.Capacity + 10));
    }

    [Test]
    public void Window_AfterAnHour_ForgetsButCountsOn()
    {
        var window = new SampleWindow();
        window.Add(1, TimeSpan.Zero);
        window.Add(2, TimeSpan.FromMinutes(30));
        var summary = window.Summarize(TimeSpan.FromMinutes(61));

        Assert.That(summary.Window, Is.EqualTo(new[] { 2.0 }));
        Assert.That(summary.Count, Is.EqualTo(2));
    }

    [Test]
    public void Window_Empty_HasNothing()
    {
        var summary = new SampleWindow().Summarize(TimeSpan.Zero);

        Assert.That((summary.Window.Length, summary.Last, summary.Count), Is.EqualTo((0, (double?)null, 0L)));
    }
}
