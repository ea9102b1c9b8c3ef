using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sleap.Transforms;

/// <summary>
/// A named part of the image, in pixels of the full frame: a polygon or a circle. The border of a circle is inside; of
/// the border of a polygon, the left and top sides are inside and the others outside.
/// </summary>
public sealed partial class Region
{
    /// <summary>
    /// Creates a polygon or a circle; <see cref="Polygon"/> and <see cref="Circle"/> are shorter.
    /// </summary>
    /// <param name="name">Its name, not empty.</param>
    /// <param name="corners">The corners of a polygon in order, x and y each, three at least; null for a
    /// circle.</param>
    /// <param name="center">The center of a circle, x and y; null for a polygon.</param>
    /// <param name="radius">The radius of a circle in pixels, more than 0; null for a polygon.</param>
    /// <exception cref="ArgumentException">Neither a polygon nor a circle is given, or both are, the name is empty, or
    /// a number is wrong; the message names every fault.</exception>
    [JsonConstructor]
    public Region(
        string name,
        IReadOnlyList<IReadOnlyList<double>>? corners = null,
        IReadOnlyList<double>? center = null,
        double? radius = null
    )
    {
        new OptionFaults($"The region '{name}'")
            .If(string.IsNullOrEmpty(name), "it has no name")
            .If(
                corners is null == center is null || center is null != radius is null,
                "expected either corners, or a center and a radius"
            )
            .If(
                corners is { Count: < 3 },
                string.Create(CultureInfo.InvariantCulture, $"it has {corners?.Count} corners, expected three at least")
            )
            .If(
                corners?.Any(corner => corner is not { Count: 2 } || !corner.All(double.IsFinite)) == true
                    || (center is not null && (center.Count != 2 || !center.All(double.IsFinite))),
                "a place is not two numbers"
            )
            .If(
                radius is { } r && (!(r > 0) || !double.IsFinite(r)),
                string.Create(CultureInfo.InvariantCulture, $"its radius is {radius}, expected more than 0")
            )
            .Throw();
        Name = name;
        Corners = corners;
        Center = center;
        Radius = radius;
    }

    /// <summary>The name of the region, not empty.</summary>
    [JsonPropertyName("name")]
    public string Name { get; }

    /// <summary>The corners of a polygon, x and y each; null for a circle.</summary>
    [JsonPropertyName("corners")]
    public IReadOnlyList<IReadOnlyList<double>>? Corners { get; }

    /// <summary>The center of a circle, x and y; null for a polygon.</summary>
    [JsonPropertyName("center")]
    public IReadOnlyList<double>? Center { get; }

    /// <summary>The radius of a circle in pixels; null for a polygon.</summary>
    [JsonPropertyName("radius")]
    public double? Radius { get; }

    /// <summary>The polygon with these corners, in order around it; it may be concave.</summary>
    /// <param name="name">Its name, not empty.</param>
    /// <param name="corners">The corners in pixels, three at least.</param>
    /// <exception cref="ArgumentException">The name is empty, there are fewer than three corners, or a number is not
    /// finite.</exception>
    public static Region Polygon(string name, params (double X, double Y)[] corners)
    {
        ArgumentNullException.ThrowIfNull(corners);
        return new Region(name, [.. corners.Select(corner => new[] { corner.X, corner.Y })]);
    }

    /// <summary>The circle around (x, y), in pixels.</summary>
    /// <exception cref="ArgumentException">The name is empty, the radius is not more than 0, or a number is not
    /// finite.</exception>
    public static Region Circle(string name, double x, double y, double radius) =>
        new(name, center: [x, y], radius: radius);

    /// <summary>
    /// The regions of a JSON file: <c>[{ "name": "nest", "center": [40, 50], "radius": 20 }, { "name": "arm",
    /// "corners": [[0, 0], [9, 0], [9, 90]] }]</c>.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It does not hold regions; the message names the file and the
    /// fault.</exception>
    public static IReadOnlyList<Region> Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file of regions '{path}'.", path);
        try
        {
            var regions = JsonSerializer.Deserialize(File.ReadAllBytes(path), FileJson.Default.RegionArray) ?? [];
            return regions.Length > 0 && !regions.Contains(null)
                ? regions
                : throw new InvalidDataException($"{path} holds no region, expected a list of them.");
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{path} does not hold regions: {fault.Message}", fault);
        }
    }

    /// <summary>Writes regions to a JSON file, as <see cref="Load"/> reads them.</summary>
    public static void Save(IEnumerable<Region> regions, string path)
    {
        ArgumentNullException.ThrowIfNull(regions);
        ArgumentException.ThrowIfNullOrEmpty(path);
        File.WriteAllText(path, JsonSerializer.Serialize(regions.ToArray(), FileJson.Default.RegionArray) + "\n");
    }

    /// <summary>Whether a position in pixels is inside; false for NaN.</summary>
    public bool Contains(double x, double y)
    {
        if (Center is not null)
            return double.Hypot(x - Center[0], y - Center[1]) <= Radius!.Value;
        var inside = false;
        for (int corner = 0, before = Corners!.Count - 1; corner < Corners.Count; before = corner++)
        {
            (var ax, var ay) = (Corners[corner][0], Corners[corner][1]);
            (var bx, var by) = (Corners[before][0], Corners[before][1]);
            // A ray to the right crosses the border an odd number of times from inside.
            if (ay > y != by > y && x < ((bx - ax) * (y - ay) / (by - ay)) + ax)
                inside = !inside;
        }
        return inside;
    }

    [JsonSourceGenerationOptions(WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(Region[]))]
    private sealed partial class FileJson : JsonSerializerContext;
}
