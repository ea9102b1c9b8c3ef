using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Draws the training curves.</summary>
internal static class TrainingCharts
{
    private const string Blue = "#3b6ea5",
        Orange = "#d98a1f",
        Green = "#2f8f5b";
    private const double Width = 336,
        Height = 250;

    public static IEnumerable<string> Of(IReadOnlyList<TrainingProgress> epochs)
    {
        yield return Losses(epochs);
        yield return Errors(epochs);
        if (epochs.Any(p => !double.IsNaN(p.ValidationMeanAP)))
            yield return Share(epochs, p => p.ValidationMeanAP, "OKS mAP", "of the poses");
        if (epochs.Any(p => !double.IsNaN(p.ValidationPck)))
            yield return Share(epochs, p => p.ValidationPck, "PCK", "share of the nodes, mean over 1 to 10 px");
        if (epochs.Any(p => !double.IsNaN(p.ValidationIdentity)))
            yield return Share(epochs, p => p.ValidationIdentity, "Right names", "share of the instances with a class");
        yield return Rates(epochs);
    }

    // Logarithmic axis: losses fall by several powers of ten, and on a linear axis later epochs would be
    // indistinguishable.
    private static string Losses(IReadOnlyList<TrainingProgress> epochs)
    {
        var (train, validation) = (Logs(epochs, p => p.TrainingLoss), Logs(epochs, p => p.ValidationLoss));
        double[] values = [.. train.Concat(validation).Select(point => point.Y).Where(double.IsFinite)];
        var chart = new SvgChart("Loss", Span(epochs), Padded(values), Width, Height)
        {
            XLabel = "epoch",
            YLabel = "log10 of the loss",
        };
        chart.Line(train, Orange, 1.6);
        chart.Line(validation, Blue, 2);
        Mark(chart, epochs, validation, Blue);
        chart.Legend([("training", Orange), ("validation", Blue)]);
        return chart.ToString();
    }

    private static string Errors(IReadOnlyList<TrainingProgress> epochs)
    {
        var points = epochs.Select(p => (X: (double)p.Epoch, Y: p.ValidationError)).ToList();
        var top = points.Select(point => point.Y).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        var chart = new SvgChart("Validation error", Span(epochs), (0, Math.Max(top * 1.05, 1e-6)), Width, Height)
        {
            XLabel = "epoch",
            YLabel = "pixels of the frame",
        };
        chart.Line(points, Blue, 2);
        Mark(chart, epochs, points, Blue);
        return chart.ToString();
    }

    private static string Share(
        IReadOnlyList<TrainingProgress> epochs,
        Func<TrainingProgress, double> share,
        string title,
        string label
    )
    {
        var points = epochs.Select(p => (X: (double)p.Epoch, Y: share(p))).ToList();
        var chart = new SvgChart(title, Span(epochs), (0, 1.05), Width, Height) { XLabel = "epoch", YLabel = label };
        chart.Line(points, Blue, 2);
        Mark(chart, epochs, points, Blue);
        return chart.ToString();
    }

    private static string Rates(IReadOnlyList<TrainingProgress> epochs)
    {
        var points = epochs.Select(p => (X: (double)p.Epoch, Y: p.LearningRate * 1e3)).ToList();
        var chart = new SvgChart(
            "Learning rate",
            Span(epochs),
            (0, Math.Max(points.Max(point => point.Y) * 1.05, 1e-9)),
            Width,
            Height
        )
        {
            XLabel = "epoch",
            YLabel = "thousandths",
        };
        chart.Line(points, Green, 2);
        return chart.ToString();
    }

    private static void Mark(
        SvgChart chart,
        IReadOnlyList<TrainingProgress> epochs,
        IReadOnlyList<(double X, double Y)> points,
        string color
    )
    {
        // A curve with a single point is drawn as a dot.
        if (points.Count == 1 && double.IsFinite(points[0].Y))
            chart.Dot(points[0].X, points[0].Y, 3, color, "none");
        for (var i = epochs.Count - 1; i >= 0; i--)
        {
            if (!epochs[i].IsBest || !double.IsFinite(points[i].Y))
                continue;
            chart.Dot(points[i].X, points[i].Y, 4.5, "#fff", color);
            return;
        }
    }

    private static List<(double X, double Y)> Logs(
        IReadOnlyList<TrainingProgress> epochs,
        Func<TrainingProgress, double> loss
    ) => [.. epochs.Select(p => ((double)p.Epoch, loss(p) > 0 ? Math.Log10(loss(p)) : double.NaN))];

    private static (double, double) Span(IReadOnlyList<TrainingProgress> epochs) =>
        (Math.Min(epochs[0].Epoch, epochs[^1].Epoch - 1), Math.Max(2, epochs[^1].Epoch));

    private static (double, double) Padded(double[] values)
    {
        var (low, high) = (values.DefaultIfEmpty(0).Min(), values.DefaultIfEmpty(1).Max());
        var rim = Math.Max(0.02, (high - low) * 0.06);
        return (low - rim, high + rim);
    }
}
