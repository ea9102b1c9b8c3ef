using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sleap.MLNet;

/// <summary>
/// Products of small matrices whose result stays in registers: C = A·B, where A has <c>depth</c> columns and B has 16
/// or 8 adjacent columns. C has 16 floats a row.
/// </summary>
internal static unsafe class MatrixKernel
{
    /// <summary>Columns of C, and floats from row to row.</summary>
    public const int Columns = 16;

    /// <summary>The number of rows of A and C is a multiple of it.</summary>
    public const int Rows = 6;

    /// <summary>C = A·B.</summary>
    /// <param name="a">A, row by row, <paramref name="aRow"/> floats from row to row.</param>
    /// <param name="aRow">At least <paramref name="depth"/>.</param>
    /// <param name="b">B, <paramref name="depth"/> rows of <paramref name="columns"/> floats.</param>
    /// <param name="c">C.</param>
    /// <param name="rows">Rows of A and C, a multiple of <see cref="Rows"/>.</param>
    /// <param name="depth">Columns of A, rows of B.</param>
    /// <param name="columns">16 or 8.</param>
    public static void Multiply(float* a, nint aRow, float* b, float* c, int rows, int depth, int columns)
    {
        var row = 0;
        if (columns == Columns && Vector512.IsHardwareAccelerated)
        {
            for (; row + 2 * Rows <= rows; row += 2 * Rows)
                Multiply12x16(a + row * aRow, aRow, b, c + row * Columns, depth);
        }

        for (; row < rows; row += Rows)
        {
            if (columns == Columns)
                Multiply6x16(a + row * aRow, aRow, b, c + row * Columns, depth);
            else
                Multiply6x8(a + row * aRow, aRow, b, c + row * Columns, depth);
        }
    }

    /// <summary>Eight rows of C = Aᵀ·B, or of C + Aᵀ·B.</summary>
    /// <param name="a">A, eight floats a row.</param>
    /// <param name="b">B, 16 floats a row.</param>
    /// <param name="c">C.</param>
    /// <param name="cRow">Floats from row to row of C.</param>
    /// <param name="rows">Rows of A and of B.</param>
    /// <param name="columns">Columns that are needed: 16 are computed if it is above 8, else eight.</param>
    /// <param name="adds">Whether the product is added to C.</param>
    public static void MultiplyTransposed(float* a, float* b, float* c, nint cRow, int rows, int columns, bool adds)
    {
        if (columns <= 8)
        {
            Transposed8x8(a, b, c, cRow, rows, adds);
        }
        else if (Vector512.IsHardwareAccelerated)
        {
            Transposed8x16(a, b, c, cRow, rows, adds);
        }
        else
        {
            Transposed4x16(a, b, c, cRow, rows, adds);
            Transposed4x16(a + 4, b, c + 4 * cRow, cRow, rows, adds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply12x16(float* a, nint aRow, float* b, float* c, int depth)
    {
        Vector512<float> c0 = default,
            c1 = default,
            c2 = default,
            c3 = default,
            c4 = default,
            c5 = default,
            c6 = default,
            c7 = default,
            c8 = default,
            c9 = default,
            c10 = default,
            c11 = default;
        float* a3 = a + 3 * aRow,
            a6 = a3 + 3 * aRow,
            a9 = a6 + 3 * aRow;
        for (var i = 0; i < depth; i++)
        {
            var row = Vector512.Load(b);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Create(*a), row, c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a + aRow)), row, c1);
            c2 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a + 2 * aRow)), row, c2);
            c3 = Vector512.FusedMultiplyAdd(Vector512.Create(*a3), row, c3);
            c4 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a3 + aRow)), row, c4);
            c5 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a3 + 2 * aRow)), row, c5);
            c6 = Vector512.FusedMultiplyAdd(Vector512.Create(*a6), row, c6);
            c7 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a6 + aRow)), row, c7);
            c8 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a6 + 2 * aRow)), row, c8);
            c9 = Vector512.FusedMultiplyAdd(Vector512.Create(*a9), row, c9);
            c10 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a9 + aRow)), row, c10);
            c11 = Vector512.FusedMultiplyAdd(Vector512.Create(*(a9 + 2 * aRow)), row, c11);
            a++;
            a3++;
            a6++;
            a9++;
            b += Columns;
        }

        c0.Store(c);
        c1.Store(c + 16);
        c2.Store(c + 32);
        c3.Store(c + 48);
        c4.Store(c + 64);
        c5.Store(c + 80);
        c6.Store(c + 96);
        c7.Store(c + 112);
        c8.Store(c + 128);
        c9.Store(c + 144);
        c10.Store(c + 160);
        c11.Store(c + 176);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply6x16(float* a, nint aRow, float* b, float* c, int depth)
    {
        Vector256<float> c00 = default,
            c01 = default,
            c10 = default,
            c11 = default,
            c20 = default,
            c21 = default,
            c30 = default,
            c31 = default,
            c40 = default,
            c41 = default,
            c50 = default,
            c51 = default;
        var a3 = a + 3 * aRow;
        for (var i = 0; i < depth; i++)
        {
            var (left, right) = (Vector256.Load(b), Vector256.Load(b + 8));
            var factor = Vector256.Create(*a);
            c00 = Vector256.FusedMultiplyAdd(factor, left, c00);
            c01 = Vector256.FusedMultiplyAdd(factor, right, c01);
            factor = Vector256.Create(*(a + aRow));
            c10 = Vector256.FusedMultiplyAdd(factor, left, c10);
            c11 = Vector256.FusedMultiplyAdd(factor, right, c11);
            factor = Vector256.Create(*(a + 2 * aRow));
            c20 = Vector256.FusedMultiplyAdd(factor, left, c20);
            c21 = Vector256.FusedMultiplyAdd(factor, right, c21);
            factor = Vector256.Create(*a3);
            c30 = Vector256.FusedMultiplyAdd(factor, left, c30);
            c31 = Vector256.FusedMultiplyAdd(factor, right, c31);
            factor = Vector256.Create(*(a3 + aRow));
            c40 = Vector256.FusedMultiplyAdd(factor, left, c40);
            c41 = Vector256.FusedMultiplyAdd(factor, right, c41);
            factor = Vector256.Create(*(a3 + 2 * aRow));
            c50 = Vector256.FusedMultiplyAdd(factor, left, c50);
            c51 = Vector256.FusedMultiplyAdd(factor, right, c51);
            a++;
            a3++;
            b += Columns;
        }

        c00.Store(c);
        c01.Store(c + 8);
        c10.Store(c + 16);
        c11.Store(c + 24);
        c20.Store(c + 32);
        c21.Store(c + 40);
        c30.Store(c + 48);
        c31.Store(c + 56);
        c40.Store(c + 64);
        c41.Store(c + 72);
        c50.Store(c + 80);
        c51.Store(c + 88);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply6x8(float* a, nint aRow, float* b, float* c, int depth)
    {
        Vector256<float> c0 = default,
            c1 = default,
            c2 = default,
            c3 = default,
            c4 = default,
            c5 = default;
        var a3 = a + 3 * aRow;
        for (var i = 0; i < depth; i++)
        {
            var row = Vector256.Load(b);
            c0 = Vector256.FusedMultiplyAdd(Vector256.Create(*a), row, c0);
            c1 = Vector256.FusedMultiplyAdd(Vector256.Create(*(a + aRow)), row, c1);
            c2 = Vector256.FusedMultiplyAdd(Vector256.Create(*(a + 2 * aRow)), row, c2);
            c3 = Vector256.FusedMultiplyAdd(Vector256.Create(*a3), row, c3);
            c4 = Vector256.FusedMultiplyAdd(Vector256.Create(*(a3 + aRow)), row, c4);
            c5 = Vector256.FusedMultiplyAdd(Vector256.Create(*(a3 + 2 * aRow)), row, c5);
            a++;
            a3++;
            b += 8;
        }

        c0.Store(c);
        c1.Store(c + 16);
        c2.Store(c + 32);
        c3.Store(c + 48);
        c4.Store(c + 64);
        c5.Store(c + 80);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transposed8x16(float* a, float* b, float* c, nint cRow, int rows, bool adds)
    {
        Vector512<float> c0 = default,
            c1 = default,
            c2 = default,
            c3 = default,
            c4 = default,
            c5 = default,
            c6 = default,
            c7 = default;
        if (adds)
        {
            c0 = Vector512.Load(c);
            c1 = Vector512.Load(c + cRow);
            c2 = Vector512.Load(c + 2 * cRow);
            c3 = Vector512.Load(c + 3 * cRow);
            c4 = Vector512.Load(c + 4 * cRow);
            c5 = Vector512.Load(c + 5 * cRow);
            c6 = Vector512.Load(c + 6 * cRow);
            c7 = Vector512.Load(c + 7 * cRow);
        }

        for (var i = 0; i < rows; i++)
        {
            var row = Vector512.Load(b);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[0]), row, c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[1]), row, c1);
            c2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[2]), row, c2);
            c3 = Vector512.FusedMultiplyAdd(Vector512.Create(a[3]), row, c3);
            c4 = Vector512.FusedMultiplyAdd(Vector512.Create(a[4]), row, c4);
            c5 = Vector512.FusedMultiplyAdd(Vector512.Create(a[5]), row, c5);
            c6 = Vector512.FusedMultiplyAdd(Vector512.Create(a[6]), row, c6);
            c7 = Vector512.FusedMultiplyAdd(Vector512.Create(a[7]), row, c7);
            a += 8;
            b += Columns;
        }

        c0.Store(c);
        c1.Store(c + cRow);
        c2.Store(c + 2 * cRow);
        c3.Store(c + 3 * cRow);
        c4.Store(c + 4 * cRow);
        c5.Store(c + 5 * cRow);
        c6.Store(c + 6 * cRow);
        c7.Store(c + 7 * cRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transposed4x16(float* a, float* b, float* c, nint cRow, int rows, bool adds)
    {
        Vector256<float> c00 = default,
            c01 = default,
            c10 = default,
            c11 = default,
            c20 = default,
            c21 = default,
            c30 = default,
            c31 = default;
        if (adds)
        {
            c00 = Vector256.Load(c);
            c01 = Vector256.Load(c + 8);
            c10 = Vector256.Load(c + cRow);
            c11 = Vector256.Load(c + cRow + 8);
            c20 = Vector256.Load(c + 2 * cRow);
            c21 = Vector256.Load(c + 2 * cRow + 8);
            c30 = Vector256.Load(c + 3 * cRow);
            c31 = Vector256.Load(c + 3 * cRow + 8);
        }

        for (var i = 0; i < rows; i++)
        {
            var (left, right) = (Vector256.Load(b), Vector256.Load(b + 8));
            var factor = Vector256.Create(a[0]);
            c00 = Vector256.FusedMultiplyAdd(factor, left, c00);
            c01 = Vector256.FusedMultiplyAdd(factor, right, c01);
            factor = Vector256.Create(a[1]);
            c10 = Vector256.FusedMultiplyAdd(factor, left, c10);
            c11 = Vector256.FusedMultiplyAdd(factor, right, c11);
            factor = Vector256.Create(a[2]);
            c20 = Vector256.FusedMultiplyAdd(factor, left, c20);
            c21 = Vector256.FusedMultiplyAdd(factor, right, c21);
            factor = Vector256.Create(a[3]);
            c30 = Vector256.FusedMultiplyAdd(factor, left, c30);
            c31 = Vector256.FusedMultiplyAdd(factor, right, c31);
            a += 8;
            b += Columns;
        }

        c00.Store(c);
        c01.Store(c + 8);
        c10.Store(c + cRow);
        c11.Store(c + cRow + 8);
        c20.Store(c + 2 * cRow);
        c21.Store(c + 2 * cRow + 8);
        c30.Store(c + 3 * cRow);
        c31.Store(c + 3 * cRow + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transposed8x8(float* a, float* b, float* c, nint cRow, int rows, bool adds)
    {
        Vector256<float> c0 = default,
            c1 = default,
            c2 = default,
            c3 = default,
            c4 = default,
            c5 = default,
            c6 = default,
            c7 = default;
        if (adds)
        {
            c0 = Vector256.Load(c);
            c1 = Vector256.Load(c + cRow);
            c2 = Vector256.Load(c + 2 * cRow);
            c3 = Vector256.Load(c + 3 * cRow);
            c4 = Vector256.Load(c + 4 * cRow);
            c5 = Vector256.Load(c + 5 * cRow);
            c6 = Vector256.Load(c + 6 * cRow);
            c7 = Vector256.Load(c + 7 * cRow);
        }

        for (var i = 0; i < rows; i++)
        {
            var row = Vector256.Load(b);
            c0 = Vector256.FusedMultiplyAdd(Vector256.Create(a[0]), row, c0);
            c1 = Vector256.FusedMultiplyAdd(Vector256.Create(a[1]), row, c1);
            c2 = Vector256.FusedMultiplyAdd(Vector256.Create(a[2]), row, c2);
            c3 = Vector256.FusedMultiplyAdd(Vector256.Create(a[3]), row, c3);
            c4 = Vector256.FusedMultiplyAdd(Vector256.Create(a[4]), row, c4);
            c5 = Vector256.FusedMultiplyAdd(Vector256.Create(a[5]), row, c5);
            c6 = Vector256.FusedMultiplyAdd(Vector256.Create(a[6]), row, c6);
            c7 = Vector256.FusedMultiplyAdd(Vector256.Create(a[7]), row, c7);
            a += 8;
            b += Columns;
        }

        c0.Store(c);
        c1.Store(c + cRow);
        c2.Store(c + 2 * cRow);
        c3.Store(c + 3 * cRow);
        c4.Store(c + 4 * cRow);
        c5.Store(c + 5 * cRow);
        c6.Store(c + 6 * cRow);
        c7.Store(c + 7 * cRow);
    }
}
