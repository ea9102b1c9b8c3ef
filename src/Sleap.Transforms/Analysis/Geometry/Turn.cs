namespace Sleap.Transforms;

/// <summary>Turns from one direction to another.</summary>
internal static class Turn
{
    /// <summary>Radians in (−π, π], the shorter way.</summary>
    public static double Between(double from, double to)
    {
        var turn = Math.IEEERemainder(to - from, 2 * Math.PI);
        return turn <= -Math.PI ? turn + (2 * Math.PI) : turn;
    }
}
