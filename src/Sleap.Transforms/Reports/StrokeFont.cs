using SkiaSharp;

namespace Sleap.Transforms;

/// <summary>
/// Letters as strokes on a grid 4 wide and 6 high (8 with descenders), so that names can be drawn at any size without a
/// font file. A stroke is a chain of points, two digits each: x to the right, y down.
/// </summary>
internal static class StrokeFont
{
    /// <summary>From one letter to the next, in cells of the grid.</summary>
    public const int Advance = 6;

    /// <summary>The height of a capital letter, in cells.</summary>
    public const int CapHeight = 6;

    private const string Unknown = "0040460600";

    private static readonly Dictionary<char, string> Glyphs = new()
    {
        [' '] = "",
        ['0'] = "103041453616050110",
        ['1'] = "112026|1636",
        ['2'] = "01103041420646",
        ['3'] = "01103041423323|334445361605",
        ['4'] = "36300444",
        ['5'] = "400002324345361605",
        ['6'] = "413010010516364544331304",
        ['7'] = "00404126",
        ['8'] = "103041423313020110|1304051636454433",
        ['9'] = "051636454130100102133342",
        ['A'] = "062046|1434",
        ['B'] = "06003041423303|3344453606",
        ['C'] = "4130100105163645",
        ['D'] = "06003041453606",
        ['E'] = "40000646|0333",
        ['F'] = "400006|0333",
        ['G'] = "41301001051636454323",
        ['H'] = "0006|4046|0343",
        ['I'] = "1030|2026|1636",
        ['J'] = "4045361605",
        ['K'] = "0006|400346",
        ['L'] = "000646",
        ['M'] = "0600234046",
        ['N'] = "06004640",
        ['O'] = "103041453616050110",
        ['P'] = "06003041423303",
        ['Q'] = "103041453616050110|2446",
        ['R'] = "06003041423303|2346",
        ['S'] = "413010010213334445361605",
        ['T'] = "0040|2026",
        ['U'] = "000516364540",
        ['V'] = "002640",
        ['W'] = "0016233640",
        ['X'] = "0046|4006",
        ['Y'] = "002340|2326",
        ['Z'] = "00400646",
        ['a'] = "12324346|441405163645",
        ['b'] = "0006|0312324345361605",
        ['c'] = "4332120305163645",
        ['d'] = "4046|4332120305163645",
        ['e'] = "04444332120305163645",
        ['f'] = "40302126|0242",
        ['g'] = "4332120305163645|4247381807",
        ['h'] = "0006|0312324346",
        ['i'] = "2226|2020",
        ['j'] = "22271808|2020",
        ['k'] = "0006|420446",
        ['l'] = "2026",
        ['m'] = "0206|03122326|23324346",
        ['n'] = "0206|0312324346",
        ['o'] = "123243453616050312",
        ['p'] = "0208|0312324345361605",
        ['q'] = "4248|4332120305163645",
        ['r'] = "0206|03123243",
        ['s'] = "43321203143445361605",
        ['t'] = "20253646|1232",
        ['u'] = "0205163645|4246",
        ['v'] = "022642",
        ['w'] = "0216243642",
        ['x'] = "0246|4206",
        ['y'] = "0226|4218",
        ['z'] = "02420646",
        ['-'] = "1333",
        ['_'] = "0747",
        ['.'] = "2626",
        [':'] = "2323|2626",
        ['#'] = "1016|3036|0242|0444",
        ['/'] = "4006",
        ['('] = "30212536",
        [')'] = "10212516",
        [','] = "2617",
        ['+'] = "2125|0343",
        ['%'] = "4006|1010|3636",
        ['='] = "0242|0444",
    };

    /// <summary>The strokes of a text; a box for a letter that the font lacks.</summary>
    /// <param name="text">The text.</param>
    /// <param name="left">Left end of the first letter.</param>
    /// <param name="top">Top of a capital letter.</param>
    /// <param name="cell">Side of a cell of the grid.</param>
    public static SKPath Path(string text, float left, float top, float cell)
    {
        var path = new SKPath();
        foreach (var letter in text)
        {
            foreach (var stroke in Glyphs.GetValueOrDefault(letter, Unknown).Split('|'))
            {
                for (var at = 0; at + 1 < stroke.Length; at += 2)
                {
                    var (x, y) = (left + ((stroke[at] - '0') * cell), top + ((stroke[at + 1] - '0') * cell));
                    if (at == 0)
                        path.MoveTo(x, y);
                    else
                        path.LineTo(x, y);
                }
            }
            left += Advance * cell;
        }
        return path;
    }
}
