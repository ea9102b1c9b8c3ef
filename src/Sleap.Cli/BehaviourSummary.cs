using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Data.Analysis;

namespace Sleap.Cli;

/// <summary>What an animal did, in a few numbers.</summary>
/// <param name="Name">Its track.</param>
/// <param name="Frames">Frames in which it is seen.</param>
/// <param name="Values">Means of the columns that are flags or rates, and last values of those that add up; NaN where
/// there is none.</param>
internal sealed record BehaviourSummary(string Name, int Frames, IReadOnlyList<(string Name, double Value)> Values)
{
    /// <summary>One summary a track, from a wide table.</summary>
    public static IReadOnlyList<BehaviourSummary> Of(DataFrame table, IReadOnlyList<string> columns)
    {
        var track = table.Columns["track"];
        return
        [
            .. Enumerable
                .Range(0, (int)table.Rows.Count)
                .GroupBy(row => (string?)track[row] ?? "no track")
                .OrderBy(rows => rows.Key, StringComparer.Ordinal)
                .Select(rows => new BehaviourSummary(
                    rows.Key,
                    rows.Count(),
                    [
                        .. columns
                            .Select(name =>
                                Summed(
                                    name,
                                    [
                                        .. rows.Select(row => table.Columns[name][row])
                                            .Where(value => value is not null)
                                            .Select(value => Convert.ToDouble(value, CultureInfo.InvariantCulture)),
                                    ]
                                )
                            )
                            .Where(value => value.Name != ""),
                    ]
                )),
        ];
    }

    public JsonObject Json()
    {
        var json = new JsonObject { ["name"] = Name, ["frames"] = Frames };
        foreach (var (name, value) in Values)
            json[name] = Report.Number(value);
        return json;
    }

    public override string ToString() =>
        $"{Name}: {Frames.ToString(CultureInfo.InvariantCulture)} frames, "
        + $"{string.Join(", ", Values.Select(value => $"{value.Name} {value.Value.ToString("0.###", CultureInfo.InvariantCulture)}"))}";

    private static (string Name, double Value) Summed(string column, List<double> values)
    {
        double Mean() => values.Count > 0 ? values.Average() : double.NaN;
        return column.Split(' ')[0] switch
        {
            "Speed" or "AnimalDistance" or "NodeDistance" => ($"mean {column}", Mean()),
            "Contact" or "InRegion" => ($"share {column}", Mean()),
            "PathLength" or "RegionEntries" or "RegionDwell" => (column, values.Count > 0 ? values.Max() : double.NaN),
            _ => ("", double.NaN), // directions have no mean that says much
        };
    }
}
