// SPDX-License-Identifier: BSD-2-Clause
// /bin/true of the guest.
int main(void)
{
    return 0;
}
