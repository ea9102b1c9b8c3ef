namespace Sleap.Transforms;

/// <summary>The length of the line through the nodes of the body; NaN when one of them is missing.</summary>
internal sealed class BodyLengthComputation(int[] body, double pixelsPerUnit) : AnalysisComputation
{
    public static double LengthOf(ReadOnlySpan<float> points, int[] body)
    {
        double length = 0;
        for (var part = 1; part < body.Length; part++)
            length += (Place.Of(points, body[part]) - Place.Of(points, body[part - 1])).Length;
        return length;
    }

    public override void Compute(PoseWindow window, IReadOnlyList<float[]> outputs)
    {
        for (var animal = 0; animal < window.Row.Count; animal++)
            outputs[0][animal] = (float)(LengthOf(window.Row.Of(animal), body) / pixelsPerUnit);
    }
}
